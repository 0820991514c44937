import type { Fleet } from '@howdah/status/fleet';
import { quietFleet } from '@howdah/status/testdata/fleet';
import { describe, expect, it } from 'vitest';
import type { MemberPod } from '../observe/pods.ts';
import { nextParameterRestart, type ParameterRestartInput, waitingMembers } from './parameter-restart.ts';

const since = '2026-03-04T03:00:00.000Z';
const before = '2026-03-04 02:00:00.000000+00:00';
const after = '2026-03-04 03:00:10.000000+00:00';
const names = ['pg-0', 'pg-1', 'pg-2'];

/** pg-0 is primary. */
const waitingOn = (...members: readonly string[]): Fleet => {
  const fleet = quietFleet();
  for (const { name, agents } of fleet.members) {
    const detail = agents.answer?.agents['config-reload']?.detail;
    if (detail === undefined) throw new Error('the sample has no detail');
    detail.pendingRestart = members.includes(name)
      ? [{ name: 'shared_buffers', desired: '1GB', actual: '128MB', since }]
      : [];
  }
  return fleet;
};
const pods = names.map(
  (name, ordinal): MemberPod => ({
    ...{ name, ordinal, uid: name, address: '198.18.0.1', ready: true, ending: false },
    ...{
      annotations: {},
      agentImage: 'agent',
      agentsStartedAt: undefined,
      tlsSecret: undefined,
      trouble: undefined,
    },
  }),
);
const step = ({ fleet = waitingOn(...names), ...more }: Partial<ParameterRestartInput>) =>
  nextParameterRestart({
    ...{ pods, fleet, waiting: waitingMembers(fleet), updates: {}, windowOpen: false },
    starts: { 'pg-0': before, 'pg-1': before, 'pg-2': before },
    ...more,
  });

describe('a parameter that waits for a restart', () => {
  it('gets it on the replicas at once, one after the other, and on the primary when it is asked for', () => {
    expect(step({})).toEqual({ step: 'restart', member: 'pg-2' });
    expect(step({ starts: { 'pg-0': before, 'pg-1': before, 'pg-2': after } })).toEqual({
      ...{ step: 'restart', member: 'pg-1' },
    });
    expect(step({ fleet: waitingOn('pg-0') })).toMatchObject({ step: 'held', member: 'pg-0' });
    expect(step({ fleet: waitingOn('pg-0'), updates: { pods: 'automatic' } })).toEqual({
      ...{ step: 'restart', member: 'pg-0' },
    });
  });

  it('is not waited for by restarting again and again: it may need another member first', () => {
    expect(step({ starts: { 'pg-0': after, 'pg-1': after, 'pg-2': after } })).toEqual({ step: 'none' });
  });

  it('waits while a member is away', () => {
    const unready = pods.map((pod) => (pod.name === 'pg-1' ? { ...pod, ready: false } : pod));
    expect(step({ pods: unready })).toMatchObject({ step: 'wait', member: 'pg-1' });
  });

  it('waits for a request where everything does', () => {
    expect(step({ updates: { pods: 'onRequest' } })).toMatchObject({ step: 'held', member: 'pg-2' });
  });
});
