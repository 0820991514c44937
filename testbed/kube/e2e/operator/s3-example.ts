import { readFile } from 'node:fs/promises';
import type { S3Facts } from '@howdah/testbed-kube/stores/store-facts';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';

const manifest = z.looseObject({
  spec: z.looseObject({
    backup: z.looseObject({ repositories: z.tuple([z.looseObject({ s3: z.looseObject({}) })]) }),
  }),
});
export type Manifest = z.infer<typeof manifest>;

export interface SecretManifest {
  readonly stringData: Readonly<Record<'access-key-id' | 'secret-access-key' | 'ca.crt', string>>;
}

/** examples/s3 as its comments tell people to fill it in. */
export const s3Example = async (
  store: S3Facts,
): Promise<{ readonly cluster: Manifest; readonly secret: SecretManifest }> => {
  const text = await readFile(new URL('../../../../examples/s3/cluster.yaml', import.meta.url), 'utf8');
  const [first, second] = parseAllDocuments(text).map((document) => document.toJS() as object);
  const cluster = manifest.parse(first);
  const [repository] = cluster.spec.backup.repositories;
  const { hostName: endpoint, port, region, buckets } = store;
  Object.assign(repository.s3, { endpoint, port, region, bucket: buckets.backup });
  const stringData = {
    'access-key-id': store.accessKeyId,
    'secret-access-key': store.secretAccessKey,
    'ca.crt': store.ca,
  };
  return { cluster, secret: { ...second, stringData } };
};
