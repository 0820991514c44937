import { expect, it } from 'vitest';
import * as z from 'zod';
import { useOperator } from './operator/use-operator.ts';
import { useWhole } from './operator/whole.ts';

const operator = useOperator({ namespace: 'expired' });
const { orders, example, applyWith, reaches, act } = useWhole(operator);

const info = z.array(z.object({ backup: z.array(z.object({ label: z.string() })) }));
/** What pgBackRest itself shows of the repository. */
const inRepository = async (): Promise<readonly string[]> => {
  const { name } = await orders().primary();
  const text = await orders().exec(name, 'postgres', [
    'pgbackrest',
    '--stanza=main',
    'info',
    '--output=json',
  ]);
  return info.parse(JSON.parse(text)).flatMap(({ backup }) => backup.map(({ label }) => label));
};

it('lets nothing go that retention keeps', async () => {
  await operator().apply(example().secret);
  await applyWith({ instances: 2 });
  await orders().until('Ready', 'True');
  await orders().until('BackupHealthy', 'True');
  await operator().apply({
    ...{ apiVersion: 'howdah.dev/v1alpha1', kind: 'PostgresBackup', metadata: { name: 'second' } },
    spec: { cluster: 'orders', type: 'full' },
  });
  await reaches('pgb', 'second', 'Done');
  expect(await inRepository()).toHaveLength(2);
  const { message } = await act('in-vain', { type: 'expire' });
  expect(message).toBe('no backup went, by what retention keeps');
  expect(await inRepository()).toHaveLength(2);
}, 400_000);

it('expires by a smaller retention when it is asked to, once, and says what went', async () => {
  const [first = '', second = ''] = await inRepository();
  const { backup } = example().cluster.spec;
  await applyWith({ instances: 2, backup: { ...backup, retention: { full: 1 } } });
  await orders().until('ConfigApplied', 'True');
  const { message } = await act('make-room', { type: 'expire' });
  expect(message).toBe(`${first} went, by what retention keeps`);
  expect(await inRepository()).toEqual([second]);
});

it('is refused where there is no repository, with what there would have to be', async () => {
  const { spec } = example().cluster;
  const { backup: _, ...rest } = spec;
  await operator().apply({
    ...{ apiVersion: 'howdah.dev/v1alpha1', kind: 'PostgresCluster', metadata: { name: 'bare' } },
    spec: { ...rest, instances: 1 },
  });
  const { message } = await act('nothing-there', { cluster: 'bare', type: 'expire' }, 'Refused');
  expect(message).toBe('bare has no repository: spec.backup.repositories says where its backups go');
});
