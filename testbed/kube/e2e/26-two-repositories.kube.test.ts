import { beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { useOperator } from './operator/use-operator.ts';

const namespace = 'two-repositories';
const operator = useOperator({ namespace });
const orders = () => operator().made('orders');

const retention = { full: 2 };

beforeAll(async () => {
  const { cluster, signal } = operator();
  const { hostName, port, ca, accountName, accountKey, containers } = await cluster.store('azurite', signal);
  const secret = (name: string, stringData: object) =>
    operator().apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData });
  await secret('azure.keys', { 'account-name': accountName, 'account-key': accountKey, 'ca.crt': ca });
  await secret('passphrase', { passphrase: 'what nobody guesses' });
  await operator().apply({
    ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'backups' } },
    spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } } },
  });
  const azure = { endpoint: hostName, port, pathStyle: true, container: containers.backup };
  await operator().apply({
    ...{ apiVersion: 'howdah.dev/v1alpha1', kind: 'PostgresCluster', metadata: { name: 'orders' } },
    spec: {
      ...{ postgres: { version: 17 }, instances: 2, storage: { data: { size: '1Gi' } } },
      backup: {
        repositories: [
          {
            ...{ name: 'repo1', path: `/${namespace}/${Date.now()}` },
            azure: { ...azure, credentialsSecret: 'azure.keys' },
          },
          { name: 'repo2', volume: { claimName: 'backups' }, encryptionSecret: 'passphrase' },
        ],
        retention,
        // Which has both get a first one at once.
        schedules: [{ id: 'weekly', type: 'full', cron: '0 1 * * 0', repos: [1, 2] }],
      },
    },
  });
  await orders().until('Ready', 'True', 180_000);
}, 300_000);

const info = z.tuple([
  z.object({
    repo: z.array(z.object({ key: z.int(), cipher: z.string(), status: z.object({ code: z.int() }) })),
    backup: z.array(z.object({ type: z.string(), database: z.object({ 'repo-key': z.int() }) })),
  }),
]);

/** What pgBackRest in PostgreSQL's container finds. */
const found = async () => {
  const [pod] = await orders().pods();
  const args = ['pgbackrest', 'info', '--stanza=main', '--output=json', '--log-level-console=off'];
  return info.parse(JSON.parse(await orders().exec(pod?.name ?? '', 'postgres', args)))[0];
};

it('has backups in Azure and on a volume that all members mount, there encrypted', async () => {
  await orders().until('BackupHealthy', 'True');
  const { repo, backup } = await orders().waitFor(
    'a backup in each repository',
    async () => {
      const now = await found();
      const filled = new Set(now.backup.map(({ database }) => database['repo-key']));
      return filled.size === 2 ? now : undefined;
    },
    120_000,
  );
  expect(repo.map(({ key, cipher, status }) => [key, cipher, status.code])).toEqual([
    [1, 'none', 0],
    [2, 'aes-256-cbc', 0],
  ]);
  expect(backup.map(({ type }) => type)).toEqual(['full', 'full']);
});

it('archives to both, and keeps what the spec says in each', async () => {
  const primary = await orders().primary();
  await orders().query(primary, 'SELECT pg_switch_wal()');
  await orders().waitFor('the archive to be whole', async () => {
    const [row] = await orders().query<{ done: boolean }>(
      primary,
      'SELECT last_archived_time > coalesce(last_failed_time, $$-infinity$$) AS done FROM pg_stat_archiver',
    );
    return row?.done === true ? true : undefined;
  });
  const conf = await orders().exec(primary.name, 'postgres', ['cat', '/etc/pgbackrest/pgbackrest.conf']);
  for (const repo of ['repo1', 'repo2']) expect(conf).toContain(`${repo}-retention-full=${retention.full}\n`);
});

it('makes a further member from the repository', async () => {
  await operator().kubectl([
    ...['patch', 'pgc', 'orders', '--type=merge', '-p', JSON.stringify({ spec: { instances: 3 } })],
  ]);
  await orders().waitFor(
    'a third member',
    async () => (await orders().conditions()).Ready?.message.startsWith('3 of 3'),
    180_000,
  );
  expect(await orders().kubectl(['logs', 'orders-2', '-c', 'postgres'])).toContain(
    'replica has been created using pgbackrest',
  );
});
