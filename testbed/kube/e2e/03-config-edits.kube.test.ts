import { expect, it } from 'vitest';
import { starts } from './oracles/starts.ts';
import { usePatroni } from './patroni/use-patroni.ts';
import { openFileEdits, postgresFiles } from './trouble/edit-setting.ts';
import { hastenMounts } from './trouble/hasten-mounts.ts';

const patroni = usePatroni({ namespace: 'config-edits' });

const phases = async () => {
  const all = await Promise.all((await patroni().pods()).map((pod) => patroni().status(pod)));
  return all.map(({ agents }) => agents['config-reload']?.detail);
};

it('an edit of the ConfigMap is in force on all three members, without a restart of anything', async () => {
  const before = await starts(patroni());
  await using edits = await openFileEdits(patroni());
  for (const megabytes of ['11', '12', '13']) await edits.edit(megabytes, true, 120_000);
  expect(await starts(patroni())).toEqual(before);
});

it('an edit comes into force without anything touching the pods, too: when the kubelet looks again', async () => {
  await using edits = await openFileEdits(patroni());
  // The kubelet syncs a pod each minute or a little later.
  await edits.edit('21', false, 150_000);
});

it('two edits in a row end with the second', async () => {
  await using edits = await openFileEdits(patroni());
  await edits.apply('31');
  await edits.edit('32', true, 120_000);
});

it('a wrong edit is refused on every member with its place, and what was in force stays', async () => {
  const wrong = {
    data: { 'postgresql.conf': 'work_mem = 8MB\nwrok_mem = 9MB\n', 'pg_hba.conf': 'local all all trust\n' },
  };
  await patroni().kubectl(['patch', 'configmap', postgresFiles, '-p', JSON.stringify(wrong)]);
  await hastenMounts(patroni());
  const refused = await patroni().waitFor('every member to refuse it', async () => {
    const found = await phases();
    return found.every((detail) => detail?.phase === 'refused') ? found : undefined;
  });
  for (const detail of refused) {
    expect(detail?.problems).toContainEqual(
      expect.objectContaining({ file: 'postgresql.conf', line: 2, name: 'wrok_mem' }),
    );
    expect(detail?.problems).toContainEqual(
      expect.objectContaining({ file: 'pg_hba.conf', message: expect.stringContaining('would lock out') }),
    );
  }
  for (const pod of await patroni().pods()) {
    const [row] = await patroni().query<{ trust: string }>(
      pod,
      `SELECT count(*)::text AS trust FROM pg_hba_file_rules WHERE auth_method = 'trust'`,
    );
    expect(row?.trust).toBe('0');
  }
});
