import { beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { minimalExample } from './operator/minimal-example.ts';
import { useOperator } from './operator/use-operator.ts';

const operator = useOperator({ namespace: 'in-a-window' });
const orders = () => operator().made('orders');

beforeAll(async () => {
  await operator().apply(await minimalExample({ instances: 2 }));
  await orders().until('Ready', 'True');
}, 200_000);

const pod = z.object({ metadata: z.object({ uid: z.string(), creationTimestamp: z.coerce.date() }) });
const podOf = async (name: string) =>
  pod.parse(JSON.parse(await orders().kubectl(['get', 'pod', name, '-o', 'json']))).metadata;
const members = z.object({
  status: z.object({ members: z.array(z.object({ name: z.string(), waits: z.string().optional() })) }),
});

/** A replica's new pod takes half a minute; it is to be there before. */
const leastAheadMs = 75_000;
const minuteMs = 60_000;

it('gives replicas new pods at once, and the primary one when the window has opened; until then says what waits', async () => {
  const primary = await orders().primary();
  const replica = primary.name === 'orders-0' ? 'orders-1' : 'orders-0';
  const [before, replicaBefore] = [await podOf(primary.name), await podOf(replica)];
  const opens = new Date(Math.ceil((Date.now() + leastAheadMs) / minuteMs) * minuteMs);
  const window = { cron: `${opens.getUTCMinutes()} ${opens.getUTCHours()} * * *`, durationMinutes: 5 };
  await operator().apply(
    await minimalExample({
      instances: 2,
      updates: { pods: 'window', window },
      resources: { postgres: { requests: { cpu: '100m', memory: '260Mi' } } },
    }),
  );

  const { message } = await orders().until('RestartPending', 'True');
  const reason = 'the primary moves in the window of spec.updates';
  expect(message).toBe(`${primary.name}: ${reason}`);
  const status = await orders().kubectl(['get', 'pgc', 'orders', '-o', 'json']);
  expect(members.parse(JSON.parse(status)).status.members).toContainEqual({
    ...{ name: primary.name, waits: reason },
  });
  expect((await podOf(replica)).uid).not.toBe(replicaBefore.uid);
  expect((await podOf(primary.name)).uid).toBe(before.uid);
  expect(Date.now(), 'the replica took so long that the window was open').toBeLessThan(opens.getTime());

  const after = await orders().waitFor(
    'a new pod of what was primary',
    async () => {
      const now = await podOf(primary.name);
      return now.uid === before.uid ? undefined : now;
    },
    leastAheadMs + minuteMs + 90_000,
  );
  expect(after.creationTimestamp.getTime()).toBeGreaterThanOrEqual(opens.getTime());
  await orders().until('RestartPending', 'False');
  await orders().until('Ready', 'True');
}, 300_000);
