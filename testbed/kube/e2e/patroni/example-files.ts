import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { example, render } from '@howdah/helm/testing/chart';
import type { S3Facts } from '@howdah/testbed-kube/stores/store-facts';
import { parseAllDocuments, stringify } from 'yaml';

/** What a test wants other than examples/existing-patroni has it. */
export interface ExampleOptions {
  /** Over the values of the example, later ones over earlier ones; see helm/howdah-agents. */
  readonly values?: object | readonly object[];
  /** One member is enough where nothing is passed from one to another. Default: the example's three. */
  readonly members?: number;
  /** Strategic merge patches, last of all. */
  readonly patches?: readonly object[];
  /** By which pods reach the store, where it is not the store's own. */
  readonly storePort?: number;
  /** Lines of pgbackrest.conf that are replaced, e.g. `{'compress-type': 'gz'}`. */
  readonly pgbackrest?: Readonly<Record<string, string>>;
}

/** examples/existing-patroni as its README tells people to fill it in, in a directory of its own. */
export interface ExampleFiles extends AsyncDisposable {
  /** For `kubectl apply -k`: Patroni alone. */
  readonly base: string;
  /** For `kubectl apply -k`: Patroni with its agents. */
  readonly whole: string;
}

export const writeExample = async (
  namespace: string,
  facts: S3Facts,
  { values = {}, members, patches = [], storePort = facts.port, pgbackrest = {} }: ExampleOptions,
): Promise<ExampleFiles> => {
  const store = { ...facts, port: storePort };
  const directory = await mkdtemp(join(tmpdir(), `howdah-${namespace}-`));
  const file = (path: string) => join(directory, path);
  await cp(example('.'), directory, { recursive: true });

  await changeSecrets(file('base/secrets.yaml'), ({ 'pgbackrest.conf': config, ...others }) =>
    config === undefined
      ? others
      : {
          'pgbackrest.conf': withOptions(config, { ...repositoryIn(store, namespace), ...pgbackrest }),
          'ca.crt': store.ca,
        },
  );
  await changeSecrets(file('agents/secrets.yaml'), () => ({
    'access-key-id': store.accessKeyId,
    'secret-access-key': store.secretAccessKey,
    'ca.crt': store.ca,
  }));

  const filledIn = {
    agents: {
      'audit-upload': { prefix: namespace, store: { s3: bucketIn(store, 'audit') } },
      backup: { repositories: [repositoryStoreIn(store, namespace)] },
    },
  };
  for (const output of ['resources', 'patch'])
    await writeFile(file(`agents/${output}.yaml`), await render([filledIn, { output }, ...[values].flat()]));

  const changes = [...(members === undefined ? [] : [replicas(members)]), ...patches];
  if (changes.length > 0) {
    await writeFile(
      file('kustomization.yaml'),
      stringify({
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        resources: ['base'],
        components: ['agents'],
        patches: changes.map((patch) => ({ patch: stringify(patch) })),
      }),
    );
  }
  return {
    base: file('base'),
    whole: directory,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
};

const replicas = (members: number): object => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'patroni' },
  spec: { replicas: members },
});

const bucketIn = (store: S3Facts, use: 'audit' | 'backup') => ({
  endpoint: `https://${store.hostName}:${store.port}`,
  bucket: store.buckets[use],
  region: store.region,
});

/** A list of values is replaced as a whole. */
const repositoryStoreIn = (store: S3Facts, namespace: string) => {
  const secret = '/etc/howdah/secrets/backup-store';
  return {
    repo: 1,
    path: `/${namespace}`,
    s3: {
      ...bucketIn(store, 'backup'),
      accessKeyIdFile: `${secret}/access-key-id`,
      secretAccessKeyFile: `${secret}/secret-access-key`,
      caFile: `${secret}/ca.crt`,
    },
  };
};

const repositoryIn = (store: S3Facts, namespace: string): Readonly<Record<string, string>> => ({
  'repo1-path': `/${namespace}`,
  'repo1-s3-endpoint': store.hostName,
  'repo1-s3-bucket': store.buckets.backup,
  'repo1-s3-region': store.region,
  'repo1-s3-key': store.accessKeyId,
  'repo1-s3-key-secret': store.secretAccessKey,
  'repo1-storage-port': String(store.port),
});

/** pgbackrest.conf with options of its first section set. */
const withOptions = (config: string, options: Readonly<Record<string, string>>): string => {
  const names = new Set(Object.keys(options));
  const [first = '', ...lines] = config
    .split('\n')
    .filter((line) => !names.has(line.slice(0, line.indexOf('=')).trim()));
  return [first, ...Object.entries(options).map((pair) => pair.join('=')), ...lines].join('\n');
};

const changeSecrets = async (
  path: string,
  change: (data: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
): Promise<void> => {
  const secrets = parseAllDocuments(await readFile(path, 'utf8')).map(
    (document) => document.toJS() as { readonly stringData: Readonly<Record<string, string>> },
  );
  const changed = secrets.map((secret) => ({ ...secret, stringData: change(secret.stringData) }));
  await writeFile(path, changed.map((secret) => stringify(secret)).join('---\n'));
};
