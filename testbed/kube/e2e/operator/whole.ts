import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import * as z from 'zod';
import type { InstalledOperator, MadeCluster } from './operator.ts';
import { type Manifest, s3Example } from './s3-example.ts';

/** examples/s3 in the namespace of the operator, and what tests do to it. */
export interface Whole {
  orders(): MadeCluster;
  example(): Awaited<ReturnType<typeof s3Example>>;
  /** Applies the example with other values in its spec. */
  applyWith(spec: object): Promise<string>;
  readonly until: MadeCluster['waitFor'];
  /** Makes an action, and waits until it has this phase. */
  act(name: string, spec: object, phase?: string, deadlineMs?: number): Promise<Outcome>;
  /** Waits until a request or an action has this phase. */
  reaches(kind: 'pgb' | 'pga', name: string, phase: string, deadlineMs?: number): Promise<Outcome>;
  /** Of each member the pod's uid, and when its PostgreSQL was started. */
  starts(): Promise<Readonly<Record<string, string>>>;
}

const outcome = z.object({ phase: z.string(), message: z.string(), label: z.string().optional() });
export type Outcome = z.infer<typeof outcome>;

export const useWhole = (operator: () => InstalledOperator): Whole => {
  let filledIn: Awaited<ReturnType<typeof s3Example>> | undefined;
  const example = () => {
    if (filledIn === undefined) throw new Error('the store did not start');
    return filledIn;
  };
  beforeAll(async () => {
    const { cluster, namespace, signal } = operator();
    const store = await cluster.store('s3', signal);
    // What was left by an earlier run is another database's: pgBackRest would refuse it.
    await rm(join(store.directory, store.buckets.backup, namespace), { recursive: true, force: true });
    filledIn = await s3Example(store);
  });

  const orders = () => operator().made('orders');
  const until: Whole['until'] = (...asked) => orders().waitFor(...asked);
  const reaches: Whole['reaches'] = (kind, name, phase, deadlineMs = 120_000) =>
    until(
      `${kind} ${name} to be ${phase}`,
      async () => {
        const status = await operator().kubectl(['get', kind, name, '-o', 'jsonpath={.status}']);
        const found = status === '' ? undefined : outcome.parse(JSON.parse(status));
        return found?.phase === phase ? found : undefined;
      },
      deadlineMs,
    );
  return {
    ...{ orders, example, until, reaches },
    applyWith: (spec) => {
      const { cluster } = example();
      return operator().apply({ ...cluster, spec: { ...cluster.spec, ...spec } } satisfies Manifest);
    },
    act: async (name, spec, phase = 'Done', deadlineMs) => {
      await operator().apply({
        ...{ apiVersion: 'howdah.dev/v1alpha1', kind: 'PostgresAction', metadata: { name } },
        spec: { cluster: 'orders', ...spec },
      });
      return reaches('pga', name, phase, deadlineMs);
    },
    // A member that has just changed its role may be starting.
    starts: () =>
      until('every member to say when it was started', async () => {
        const pods = await orders().pods();
        const rows = pods.map(async (pod) => {
          const [row] = await orders().query<{ at: Date }>(pod, 'SELECT pg_postmaster_start_time() AS at');
          return [pod.name, `${pod.uid} ${row?.at.toISOString()}`] as const;
        });
        return Object.fromEntries(await Promise.all(rows));
      }),
  };
};
