import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import type { Patroni } from '../patroni/patroni.ts';
import { hastenMounts } from './hasten-mounts.ts';

export const postgresFiles = 'patroni-howdah-postgres';

/** One edit of postgresql.conf in the ConfigMap, and how long it took to be in force everywhere. */
export interface SettingEdits extends AsyncDisposable {
  /** Writes `work_mem = <value>`. */
  apply(megabytes: string): Promise<void>;
  /**
   * The same, and waits for it.
   *
   * @param touch also changes the pods' annotation, at which the kubelet refreshes their mounts at once.
   * @returns milliseconds from the return of `kubectl apply` to the value in pg_settings of the slowest member.
   */
  edit(megabytes: string, touch: boolean, deadlineMs: number): Promise<number>;
}

/** Sessions to all members stay open: a value is seen when the server has it, not when a login is through. */
export const openSettingEdits = async (patroni: Patroni): Promise<SettingEdits> => {
  const { signal } = patroni;
  const clients = await Promise.all((await patroni.pods()).map((pod) => patroni.connect(pod)));
  const inForce = async (value: string) => {
    const sql = `SELECT setting = ($1::text::int * 1024)::text AS there FROM pg_settings WHERE name = 'work_mem'`;
    const answers = clients.map((client) => client.query<{ there: boolean }>(sql, [value]));
    return (await Promise.all(answers)).every(({ rows }) => rows[0]?.there === true);
  };
  const apply = async (megabytes: string): Promise<void> => {
    await patroni.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], {
      input: JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: postgresFiles },
        data: { 'postgresql.conf': `work_mem = ${megabytes}MB\nlog_lock_waits = on\n` },
      }),
    });
  };
  return {
    apply,
    edit: async (megabytes, touch, deadlineMs) => {
      await apply(megabytes);
      const appliedMs = performance.now();
      const touched = touch ? hastenMounts(patroni) : undefined;
      await waitFor(`work_mem = ${megabytes}MB on every member`, () => inForce(megabytes), {
        ...{ deadlineMs, everyMs: 25, signal, explain: patroni.lastWords },
      });
      const tookMs = performance.now() - appliedMs;
      await touched;
      return tookMs;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(clients.map((client) => client.end()));
    },
  };
};
