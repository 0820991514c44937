import type { ClusterMember, Fleet } from '@howdah/status/fleet';
import { expect, it } from 'vitest';
import type { MemberPod } from '../observe/pods.ts';
import { beforeScaleIn, keepingAll } from './scale-in.ts';

const now = '2026-03-04T03:12:00.000Z';
const pod = (ordinal: number): MemberPod => ({
  ...{ name: `orders-${ordinal}`, ordinal, uid: `uid-${ordinal}`, address: '198.18.0.1', ready: true },
  ...{
    ending: false,
    annotations: {},
    agentImage: 'agent',
    agentsStartedAt: undefined,
    tlsSecret: undefined,
    trouble: undefined,
  },
});
/** The first of these is primary. */
const fleet = (...ordinals: readonly number[]): Fleet => ({
  now,
  staleAfterSeconds: 5,
  cluster: {
    answeredAt: now,
    answer: {
      paused: false,
      members: ordinals.map(
        (ordinal, index): ClusterMember => ({
          ...{ name: `orders-${ordinal}`, synchronous: false, pendingRestart: false },
          ...(index === 0 ? { role: 'primary', state: 'running' } : { role: 'replica', state: 'streaming' }),
        }),
      ),
    },
  },
  members: ordinals.map((ordinal) => ({ name: `orders-${ordinal}`, watched: true, agents: {} })),
});

it('moves the primary to one that stays before it takes anybody away', () => {
  const pods = [0, 1, 2, 3].map(pod);
  expect(beforeScaleIn(pods, fleet(3, 0, 1, 2), 2)).toEqual({
    ...{ step: 'switchover', from: 'orders-3', to: 'orders-0' },
  });
  expect(beforeScaleIn(pods, fleet(0, 1, 2, 3), 2)).toBeUndefined();
  expect(beforeScaleIn(pods, fleet(3), 2)).toMatchObject({ step: 'wait', member: 'orders-3' });
});

it('takes nobody away while the primary is to move, though another member is away', () => {
  expect(keepingAll([0, 2, 3].map(pod))).toBe(4);
});
