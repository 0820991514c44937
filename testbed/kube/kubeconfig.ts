import { readFile, writeFile } from 'node:fs/promises';
import type { KeyPair } from '@howdah/testbed-tools/certificates';
import { stringify } from 'yaml';
import { apiServerUrl } from './addresses.ts';

/** A kubeconfig that carries its certificates, so that it can be copied; mode 0600. */
export const writeKubeconfig = async (path: string, authority: string, user: KeyPair): Promise<string> => {
  const base64 = async (file: string) => (await readFile(file)).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'howdah',
    contexts: [{ name: 'howdah', context: { cluster: 'howdah', user: 'howdah' } }],
    clusters: [
      {
        name: 'howdah',
        cluster: { server: apiServerUrl, 'certificate-authority-data': await base64(authority) },
      },
    ],
    users: [
      {
        name: 'howdah',
        user: {
          'client-certificate-data': await base64(user.certificate),
          'client-key-data': await base64(user.key),
        },
      },
    ],
  };
  await writeFile(path, stringify(config), { mode: 0o600 });
  return path;
};
