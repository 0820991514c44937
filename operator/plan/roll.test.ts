import type { ClusterMember, Fleet } from '@howdah/status/fleet';
import { describe, expect, it } from 'vitest';
import type { MemberPod } from '../observe/pods.ts';
import { nextRollStep, type RollInput } from './roll.ts';

const now = '2026-03-04T03:12:00.000Z';

const pod = (ordinal: number, more: Partial<MemberPod> = {}): MemberPod => ({
  name: `orders-${ordinal}`,
  uid: `uid-${ordinal}`,
  ordinal,
  address: `198.18.0.${ordinal}`,
  ready: true,
  ending: false,
  annotations: { 'howdah.dev/pod': 'new' },
  agentImage: 'agent:2',
  tlsSecret: undefined,
  agentsStartedAt: '2026-03-04T01:00:00Z',
  trouble: undefined,
  ...more,
});
const old = { annotations: { 'howdah.dev/pod': 'old' } };
const oldAgents = { agentImage: 'agent:1' };

const member = (ordinal: number, more: Partial<ClusterMember> = {}): ClusterMember => ({
  name: `orders-${ordinal}`,
  role: ordinal === 0 ? 'primary' : 'replica',
  synchronous: false,
  state: ordinal === 0 ? 'running' : 'streaming',
  lagBytes: 0,
  pendingRestart: false,
  ...more,
});

const fleet = (members: readonly ClusterMember[]): Fleet => ({
  now,
  staleAfterSeconds: 5,
  cluster: { askedAt: now, answeredAt: now, answer: { paused: false, members } },
  members: members.map(({ name }) => ({ name, watched: true, agents: {} })),
});

const three = [member(0), member(1), member(2)];
const step = (pods: readonly MemberPod[], more: Partial<RollInput> = {}) =>
  nextRollStep({
    pods,
    fleet: fleet(three),
    instances: 3,
    podDigest: 'new',
    agentImage: 'agent:2',
    updates: {},
    windowOpen: false,
    ...more,
  });

describe('a roll', () => {
  it('does nothing where every pod is as its template says', () => {
    expect(step([pod(0), pod(1), pod(2)])).toEqual({ step: 'none' });
  });

  it('begins with the replica of the highest number, and ends with the primary', () => {
    expect(step([pod(0, old), pod(1, old), pod(2, old)])).toMatchObject({
      step: 'replace',
      member: 'orders-2',
    });
    expect(step([pod(0, old), pod(1, old), pod(2)])).toMatchObject({ step: 'replace', member: 'orders-1' });
    expect(step([pod(0, old), pod(1), pod(2)])).toMatchObject({ step: 'held', member: 'orders-0' });
  });

  it('takes one member at a time: nobody while another one is not ready, or does not stream yet', () => {
    expect(step([pod(0, old), pod(1, old), pod(2, { ready: false })])).toMatchObject({
      ...{ step: 'wait', member: 'orders-2' },
    });
    const starting = fleet([member(0), member(1), member(2, { state: 'starting' })]);
    expect(step([pod(0, old), pod(1, old), pod(2)], { fleet: starting })).toMatchObject({
      ...{ step: 'wait', member: 'orders-2' },
    });
    expect(step([pod(0, old), pod(1, old)])).toMatchObject({ step: 'wait' });
  });

  it('replaces one that cannot start with its old template, since nothing else would mend it', () => {
    const broken = pod(2, { ...old, ready: false, trouble: 'container postgres: ImagePullBackOff' });
    expect(step([pod(0), pod(1), broken])).toEqual({ step: 'replace', member: 'orders-2', uid: 'uid-2' });
    const ending = pod(2, { ...old, ready: false, ending: true, trouble: 'container postgres: Error' });
    expect(step([pod(0), pod(1), ending])).toMatchObject({ step: 'wait' });
  });

  it('changes only the agents’ image where only that differs, the primary’s last', () => {
    const startedAt = '2026-03-04T01:00:00Z';
    expect(step([pod(0, oldAgents), pod(1, oldAgents), pod(2)])).toEqual({
      ...{ step: 'patch-agents', member: 'orders-1', startedAt },
    });
    expect(step([pod(0, oldAgents), pod(1), pod(2)])).toMatchObject({
      ...{ step: 'patch-agents', member: 'orders-0' },
    });
    // Until the new ones have started and answered, nobody else gets them.
    const waiting = (agentsStartedAt: string | undefined) =>
      pod(1, {
        annotations: { 'howdah.dev/pod': 'new', 'howdah.dev/agents-before': startedAt },
        agentsStartedAt,
      });
    const answering: Fleet = {
      ...fleet(three),
      members: three.map(({ name }) => ({ name, watched: true, agents: { answeredAt: now } })),
    };
    for (const started of [startedAt, undefined])
      expect(step([pod(0, oldAgents), waiting(started), pod(2)], { fleet: answering })).toMatchObject({
        ...{ step: 'wait', member: 'orders-1' },
      });
    const restarted = waiting('2026-03-04T01:00:50Z');
    expect(step([pod(0, oldAgents), restarted, pod(2)])).toMatchObject({ step: 'wait', member: 'orders-1' });
    expect(step([pod(0, oldAgents), restarted, pod(2)], { fleet: answering })).toMatchObject({
      ...{ step: 'patch-agents', member: 'orders-0' },
    });
  });

  it('gives the next member new agents only when the last one’s are ready and have done something', () => {
    const startedAt = '2026-03-04T03:00:00.000Z';
    const upgraded = pod(1, {
      annotations: { 'howdah.dev/pod': 'new', 'howdah.dev/agents-before': '2026-03-04T01:00:00Z' },
      agentsStartedAt: startedAt,
    });
    const agent = (more: object) => ({
      ...{ state: 'running', ready: true, lastProgressAt: '2026-03-04T03:00:09.000Z', restarts: 0 },
      ...more,
    });
    const stepWhile = (upgradedAgent: object, others: object = {}) => {
      const said = (name: string) => ({
        ...{ version: 1, member: name, howdah: '1', startedAt, now },
        agents: {
          logship: agent(name === 'orders-1' ? upgradedAgent : others),
          exporter: agent({ state: 'off' }),
        },
      });
      const members = three.map(({ name }) => ({
        ...{ name, watched: true, agents: { answeredAt: now, answer: said(name) } },
      }));
      return step([pod(0, oldAgents), upgraded, pod(2, oldAgents)], {
        fleet: { ...fleet(three), members } as unknown as Fleet,
      });
    };
    expect(stepWhile({})).toMatchObject({ step: 'patch-agents', member: 'orders-2' });
    expect(stepWhile({ ready: false, waitingFor: 'a socket' })).toEqual({
      ...{ step: 'wait', member: 'orders-1', reason: 'its new logship agent is not ready: a socket' },
    });
    expect(stepWhile({ lastProgressAt: '2026-03-04T02:59:00.000Z' })).toMatchObject({ step: 'wait' });
    // A store that nobody reaches is not the new version’s fault.
    expect(stepWhile({ ready: false }, { ready: false })).toMatchObject({ step: 'patch-agents' });
  });

  it('moves the primary by itself only where the spec says so, to a replica that is near', () => {
    const pods = [pod(0, old), pod(1), pod(2)];
    const lagging = fleet([member(0), member(1, { lagBytes: 1e9 }), member(2)]);
    expect(step(pods, { updates: { pods: 'automatic' }, fleet: lagging })).toEqual({
      ...{ step: 'switchover', from: 'orders-0', to: 'orders-2' },
    });
    const window = {
      pods: 'window',
      window: { cron: '0 3 * * 0', durationMinutes: 60, timeZone: 'UTC' },
    } as const;
    expect(step(pods, { updates: window })).toMatchObject({ step: 'held' });
    expect(step(pods, { updates: window, windowOpen: true })).toMatchObject({ step: 'switchover' });
    const far = fleet([member(0), member(1, { lagBytes: 1e9 }), member(2, { lagBytes: 1e9 })]);
    expect(step(pods, { updates: { pods: 'automatic' }, fleet: far })).toMatchObject({ step: 'wait' });
  });

  it('does not touch even a replica on request', () => {
    expect(step([pod(0), pod(1), pod(2, old)], { updates: { pods: 'onRequest' } })).toMatchObject({
      ...{ step: 'held', member: 'orders-2' },
    });
  });

  it('waits where nobody knows who is primary', () => {
    const nobody: Fleet = { ...fleet(three), cluster: { askedAt: now, error: 'down' } };
    expect(step([pod(0, old), pod(1), pod(2)], { fleet: nobody })).toMatchObject({ step: 'wait' });
  });

  it('of a single member is the primary’s own restart', () => {
    expect(
      step([pod(0, old)], { instances: 1, fleet: fleet([member(0)]), updates: { pods: 'automatic' } }),
    ).toMatchObject({ step: 'replace', member: 'orders-0' });
  });
});
