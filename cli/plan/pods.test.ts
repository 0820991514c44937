import type { ClusterStatus } from '@howdah/kinds/cluster-status';
import type { MemberPod } from '@howdah/operator/observe/pods';
import { describe, expect, it } from 'vitest';
import { fleetOf } from './fleet.ts';
import { type PodsInput, podSteps } from './pods.ts';

const pod = (ordinal: number, more: Partial<MemberPod> = {}): MemberPod => ({
  ...{
    name: `orders-${ordinal}`,
    uid: `${ordinal}`,
    ordinal,
    address: '198.18.0.1',
    ready: true,
    ending: false,
  },
  ...{ annotations: { 'howdah.dev/pod': 'old' }, agentImage: 'agent:1', agentsStartedAt: undefined },
  ...{ tlsSecret: undefined, trouble: undefined },
  ...more,
});
const status = (primary: number, count = 3): ClusterStatus => ({
  members: Array.from({ length: count }, (_, ordinal) => ({
    ...{ name: `orders-${ordinal}`, ready: true, role: ordinal === primary ? 'primary' : 'replica' },
    state: ordinal === primary ? 'running' : 'streaming',
  })),
});
const three = [pod(0), pod(1), pod(2)];
const planned = (more: Partial<PodsInput> & { readonly primary?: number } = {}): readonly string[] => {
  const { pods = three, primary = 0 } = more;
  const fleet = fleetOf(status(primary, pods.length), pods, new Date('2026-03-04T03:12:00Z'));
  return podSteps({
    ...{ cluster: 'orders', pods, fleet, instances: 3, podDigest: 'old', agentImage: 'agent:1' },
    ...{ updates: {}, windowOpen: false, parameters: [], ...more },
  }).map(({ member, does, waits }) => `${member} ${does}${waits === undefined ? '' : ` | ${waits}`}`);
};

describe('what follows for the pods', () => {
  it('is nothing where their template stays', () => {
    expect(planned()).toEqual([]);
  });

  it('is every member of a new cluster', () => {
    expect(planned({ pods: [] })).toEqual(['orders-0 is made', 'orders-1 is made', 'orders-2 is made']);
  });

  it('is a new pod for each replica, and for the primary when somebody asks for it', () => {
    expect(planned({ podDigest: 'new' })).toEqual([
      'orders-2 gets a new pod',
      'orders-1 gets a new pod',
      'orders-0 gets a new pod | the primary moves on request: a PostgresAction of type restart',
    ]);
  });

  it('moves the primary before its pod goes, where it may', () => {
    expect(planned({ podDigest: 'new', updates: { pods: 'automatic' }, primary: 1 })).toEqual([
      'orders-2 gets a new pod',
      'orders-0 gets a new pod',
      'orders-0 becomes primary instead of orders-1',
      'orders-1 gets a new pod',
    ]);
  });

  it('waits for a window, and says when it opens', () => {
    const window = { cron: '0 2 * * 0', durationMinutes: 60, timeZone: 'UTC' };
    const nextWindow = new Date('2026-03-08T02:00:00Z');
    expect(planned({ podDigest: 'new', updates: { pods: 'window', window }, nextWindow }).at(-1)).toBe(
      'orders-0 gets a new pod | the primary moves in the window of spec.updates, next at 2026-03-08T02:00:00.000Z',
    );
  });

  it('waits for a request with everybody where everything does', () => {
    const steps = planned({ podDigest: 'new', updates: { pods: 'onRequest' } });
    expect(steps).toHaveLength(3);
    expect(steps.every((step) => step.includes(' | '))).toBe(true);
  });

  it('is new agents in place, the primary’s last', () => {
    expect(planned({ agentImage: 'agent:2', primary: 2 })).toEqual(
      ['orders-1', 'orders-0', 'orders-2'].map(
        (name) => `${name} gets new agents in its pod; PostgreSQL runs on`,
      ),
    );
  });

  it('is a restart for a parameter that needs one, but not beside a new pod, which brings it along', () => {
    expect(planned({ parameters: ['shared_buffers'] })).toEqual([
      'orders-2 is restarted for shared_buffers',
      'orders-1 is restarted for shared_buffers',
      'orders-0 is restarted for shared_buffers | parameters wait for a restart of the primary',
    ]);
    expect(planned({ parameters: ['shared_buffers'], podDigest: 'new' }).join()).not.toContain('restarted');
  });

  it('is a primary that moves to one that stays, before members go', () => {
    expect(planned({ instances: 2, primary: 2 })).toEqual([
      'orders-0 becomes primary instead of orders-2',
      'orders-2 goes; its volumes stay',
    ]);
  });

  it('is more replicas, which are there before the others get new pods', () => {
    expect(planned({ instances: 4, podDigest: 'new' })).toEqual([
      'orders-3 is made, as a replica',
      'orders-2 gets a new pod',
      'orders-1 gets a new pod',
      expect.stringContaining('orders-0 gets a new pod | '),
    ]);
  });

  it('is not known beyond a member that is not well', () => {
    const pods = [pod(0), pod(1, { ready: false }), pod(2)];
    expect(planned({ pods, podDigest: 'new' })).toEqual(['orders-1 is waited for | is not ready']);
  });
});
