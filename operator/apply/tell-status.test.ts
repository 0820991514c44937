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
