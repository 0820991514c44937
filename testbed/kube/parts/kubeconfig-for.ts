import { join } from 'node:path';
import { writeKubeconfig } from '../kubeconfig.ts';
import type { NodeContext } from './part.ts';

/** The kubeconfig of a part that logs in as `commonName`. */
export const kubeconfigFor = async (
  { layout, authority }: NodeContext,
  name: string,
  commonName: string,
  organization?: string,
): Promise<string> => {
  const pair = await authority.issue({
    name,
    commonName,
    ...(organization === undefined ? {} : { organization }),
  });
  return writeKubeconfig(join(layout.config, `${name}.kubeconfig`), authority.certificate, pair);
};
