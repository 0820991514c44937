import type { ClusterStatus } from '@howdah/kinds/cluster-status';
import { fakeClock } from '@howdah/testing/fake-clock';
import { expect, it } from 'vitest';
import { StatusTeller } from './tell-status.ts';

const object = {
  ...{ apiVersion: 'howdah.dev/v1alpha1', kind: 'PostgresCluster' },
  metadata: { name: 'orders', namespace: 'shop', uid: 'uid' },
};
const saying = (message: string): ClusterStatus => ({
  conditions: [
    {
      ...{ type: 'Ready', status: 'False', reason: 'Refused', message, observedGeneration: 1 },
      lastTransitionTime: '2026-03-04T03:12:00Z',
    },
  ],
});

it('writes other words at once, and other counts once a minute', async () => {
  const clock = fakeClock();
  const written: unknown[] = [];
  const api = { apply: async (wanted: unknown) => written.push(wanted) } as never;
  const teller = new StatusTeller({ api, clock, events: { tell: async () => undefined } });
  const tell = (before: string, now: string) =>
    teller.tell(object, saying(before), saying(now), new AbortController().signal);
  await clock.advance(60_000);

  await tell('there is no Secret', 'it has another key');
  expect(written).toHaveLength(1);
  await tell('late for 1 min', 'late for 2 min');
  expect(written).toHaveLength(1);
  await clock.advance(60_000);
  await tell('late for 1 min', 'late for 3 min');
  expect(written).toHaveLength(2);
});

it('tells of what turned, and of what is newly wrong, but of no count', async () => {
  const told: string[] = [];
  const events = { tell: async (_about: unknown, { note }: { note: string }) => void told.push(note) };
  const teller = new StatusTeller({
    api: { apply: async () => undefined } as never,
    clock: fakeClock(),
    events,
  });
  const degraded = (status: 'True' | 'False', message: string): ClusterStatus => ({
    conditions: [
      {
        ...{ type: 'Degraded', status, reason: status === 'True' ? 'Findings' : 'Well', message },
        ...{ observedGeneration: 1, lastTransitionTime: '2026-03-04T03:12:00Z' },
      },
    ],
  });
  const tell = (before: ClusterStatus, now: ClusterStatus) =>
    teller.tell(object, before, now, new AbortController().signal);

  await tell(degraded('False', 'nothing'), degraded('True', 'archive fails for 30 s'));
  await tell(degraded('True', 'archive fails for 30 s'), degraded('True', 'archive fails for 90 s'));
  await tell(
    degraded('True', 'archive fails for 90 s'),
    degraded('True', 'archive fails for 95 s; disk full'),
  );
  await tell(degraded('True', 'archive fails for 95 s; disk full'), degraded('False', 'nothing'));
  await tell(degraded('False', 'nothing'), degraded('False', 'nothing at all'));
  expect(told).toEqual(['archive fails for 30 s', 'archive fails for 95 s; disk full', 'nothing']);
});

it('tells who is primary now and who was, also where for a while nobody was', async () => {
  const told: string[] = [];
  const events = { tell: async (_about: unknown, { note }: { note: string }) => void told.push(note) };
  const api = { apply: async () => undefined } as never;
  const teller = new StatusTeller({ api, clock: fakeClock(), events });
  const of = (primary?: string): ClusterStatus => (primary === undefined ? {} : { primary });
  const tell = (before: ClusterStatus | undefined, now: ClusterStatus) =>
    teller.tell(object, before, now, new AbortController().signal);

  await tell(undefined, of('orders-0'));
  await tell(of('orders-0'), of());
  await tell(of(), of('orders-1'));
  // The API server's watch may be behind what was just written.
  await tell(of(), of('orders-1'));
  await tell(of('orders-1'), of());
  await tell(of(), of('orders-1'));
  await tell(of('orders-1'), of('orders-0'));
  expect(told).toEqual([
    'orders-0 is primary now',
    'orders-1 is primary now, was orders-0',
    'orders-0 is primary now, was orders-1',
  ]);
});
