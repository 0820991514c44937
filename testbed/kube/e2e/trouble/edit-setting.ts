import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import type { Members } from '../patroni/members.ts';
import type { Patroni } from '../patroni/patroni.ts';
import { hastenMounts } from './hasten-mounts.ts';

export const postgresFiles = 'patroni-howdah-postgres';

/** Changes `work_mem` on all members, and sees when the slowest one has it. */
export interface SettingEdits extends AsyncDisposable {
  /** @returns milliseconds from the end of `apply` to the value in pg_settings of the slowest member. */
  measure(megabytes: string, apply: () => Promise<unknown>, deadlineMs: number): Promise<number>;
}

/** Sessions to all members stay open: a value is seen when the server has it, not when a login is through. */
export const openSettingEdits = async (
  members: Pick<Members, 'pods' | 'connect' | 'lastWords' | 'signal'>,
): Promise<SettingEdits> => {
  const { signal } = members;
  const clients = await Promise.all((await members.pods()).map((pod) => members.connect(pod)));
  const inForce = async (value: string) => {
    const sql = `SELECT setting = ($1::text::int * 1024)::text AS there FROM pg_settings WHERE name = 'work_mem'`;
    const answers = clients.map((client) => client.query<{ there: boolean }>(sql, [value]));
    return (await Promise.all(answers)).every(({ rows }) => rows[0]?.there === true);
  };
  return {
    measure: async (megabytes, apply, deadlineMs) => {
      await apply();
      const appliedMs = performance.now();
      await waitFor(`work_mem = ${megabytes}MB on every member`, () => inForce(megabytes), {
        ...{ deadlineMs, everyMs: 25, signal, explain: members.lastWords },
      });
      return performance.now() - appliedMs;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(clients.map((client) => client.end()));
    },
  };
};

/** Edits postgresql.conf in the ConfigMap, as one does without an operator. */
export interface FileEdits extends AsyncDisposable {
  /** Writes `work_mem = <value>`. */
  apply(megabytes: string): Promise<void>;
  /**
   * The same, and waits for it; milliseconds as in {@link SettingEdits}.
   *
   * @param touch also changes the pods' annotation, at which the kubelet refreshes their mounts at once.
   */
  edit(megabytes: string, touch: boolean, deadlineMs: number): Promise<number>;
}

export const openFileEdits = async (patroni: Patroni): Promise<FileEdits> => {
  const edits = await openSettingEdits(patroni);
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
      let touched: Promise<unknown> | undefined;
      const applyAndTouch = async () => {
        await apply(megabytes);
        if (touch) touched = hastenMounts(patroni);
      };
      const tookMs = await edits.measure(megabytes, applyAndTouch, deadlineMs);
      await touched;
      return tookMs;
    },
    [Symbol.asyncDispose]: () => edits[Symbol.asyncDispose](),
  };
};
