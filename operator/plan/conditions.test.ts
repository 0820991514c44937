import { postgresCluster } from '@howdah/kinds/postgres-cluster';
import type { Fleet } from '@howdah/status/fleet';
import { night, quietFleet } from '@howdah/status/testdata/fleet';
import { describe, expect, it } from 'vitest';
import type { MemberPod } from '../observe/pods.ts';
import { type StatusInput, statusOf } from './conditions.ts';

const pod = (ordinal: number, more: Partial<MemberPod> = {}): MemberPod => ({
  ...{ name: `pg-${ordinal}`, uid: `uid-${ordinal}`, ordinal, address: '198.18.0.1' },
  ...{ ready: true, ending: false, annotations: {}, agentImage: 'agent', tlsSecret: undefined },
  ...{ agentsStartedAt: undefined, trouble: undefined },
  ...more,
});

/** Three members on a quiet night, and what a test says over it. */
const statusWith = (more: Partial<StatusInput> = {}) =>
  statusOf({
    ...{ generation: 7, instances: 3, withRepositories: true, paused: false, refusals: [] },
    ...{ configProblems: [], unseen: [], pods: [pod(0), pod(1), pod(2)], fleet: quietFleet() },
    ...{ roll: { step: 'none' }, before: undefined, now: new Date(night) },
    ...more,
  } satisfies StatusInput);

const condition = (type: string, more: Partial<StatusInput> = {}) => {
  const found = statusWith(more).conditions?.find((each) => each.type === type);
  return found && { status: found.status, reason: found.reason, message: found.message };
};

/** The quiet night, changed. */
const fleetWith = (change: (fleet: Fleet) => void): Fleet => {
  const fleet = quietFleet();
  change(fleet);
  return fleet;
};
const silent: Fleet = { ...quietFleet(), cluster: {}, members: [] };
const configOf = (fleet: Fleet, index: number) => {
  const detail = fleet.members[index]?.agents.answer?.agents['config-reload']?.detail;
  if (detail === undefined) throw new Error('the sample lacks config-reload');
  return detail;
};
const backupOf = (fleet: Fleet, index: number) => {
  const detail = fleet.members[index]?.agents.answer?.agents.backup?.detail;
  if (detail === undefined) throw new Error('the sample lacks the backup agent');
  return detail;
};
const inState = (name: string, state: string) =>
  fleetWith(({ cluster }) => {
    const member = cluster.answer?.members.find((each) => each.name === name);
    Object.assign(member ?? {}, { state });
  });
const refused = { refusals: ['spec.postgres.version: no image'] };

type Row = readonly [
  what: string,
  more: Partial<StatusInput>,
  status: string,
  reason: string,
  message: RegExp,
];

const rows: Readonly<Record<string, readonly Row[]>> = {
  Ready: [
    ['all are ready', {}, 'True', 'AllReady', /^3 of 3 members are ready; pg-0 is primary\.$/],
    ['the spec is refused', refused, 'False', 'Refused', /^spec.postgres.version: no image$/],
    [
      'a container fails',
      { pods: [pod(0), pod(1), pod(2, { ready: false, trouble: 'container postgres: ended with 78' })] },
      ...(['False', 'MembersFail', /^pg-2 is not ready: container postgres: ended with 78$/] as const),
    ],
    ['nobody is primary', { fleet: silent }, 'False', 'NoPrimary', /^No member is primary\.$/],
    [
      'a pod is missing',
      { pods: [pod(0), pod(1)] },
      'False',
      'MembersMissing',
      /^2 of 3 members are there\.$/,
    ],
    [
      'a pod is not ready',
      { pods: [pod(0), pod(1, { ready: false }), pod(2)] },
      ...(['False', 'MembersNotReady', /^pg-1 is not ready$/] as const),
    ],
    [
      'a server starts whose pod does not know of it yet',
      { fleet: inState('pg-1', 'starting') },
      ...(['False', 'MembersNotReady', /^pg-1 is starting$/] as const),
    ],
    [
      'a pod that ends has words for it',
      { pods: [pod(0), pod(1), pod(2, { ready: false, ending: true, trouble: 'ended with 137' })] },
      ...(['False', 'MembersNotReady', /^pg-2 is not ready: ended with 137$/] as const),
    ],
  ],
  Progressing: [
    ['nothing is to be done', {}, 'False', 'Done', /as the spec says/],
    ['it is paused', { paused: true, ...refused }, 'False', 'Paused', /howdah\.dev\/paused/],
    ['the spec is refused', refused, 'False', 'Refused', /until the spec can be/],
    [
      'a member gets a new pod',
      { roll: { step: 'replace', member: 'pg-2', uid: 'uid-2' } },
      ...(['True', 'Rolling', /^pg-2: replace$/] as const),
    ],
    [
      'a member is waited for',
      { roll: { step: 'wait', member: 'pg-2', reason: 'is not streaming yet' } },
      ...(['True', 'Rolling', /^pg-2: is not streaming yet$/] as const),
    ],
    [
      'nobody in particular is waited for',
      { roll: { step: 'wait', member: '', reason: 'no primary is known' } },
      ...(['True', 'Rolling', /^no primary is known$/] as const),
    ],
    [
      'the primary moves',
      { roll: { step: 'switchover', from: 'pg-0', to: 'pg-1' } },
      ...(['True', 'Rolling', /^pg-0: switchover$/] as const),
    ],
    [
      'what is left waits for somebody',
      { roll: { step: 'held', member: 'pg-0', reason: 'on request' } },
      ...(['False', 'Done', /as the spec says/] as const),
    ],
    [
      'members start',
      { pods: [pod(0), pod(1, { ready: false })] },
      ...(['True', 'Starting', /^1 of 3 members are ready\.$/] as const),
    ],
  ],
  Degraded: [
    ['nothing is wrong', {}, 'False', 'AllWell', /^Nothing is wrong\.$/],
    [
      'nobody has answered yet',
      { fleet: silent },
      'Unknown',
      'NobodyAnswers',
      /^No agent has answered yet\.$/,
    ],
    [
      'a schedule is late',
      {
        fleet: fleetWith((fleet) => {
          const [schedule] = backupOf(fleet, 0).schedules;
          Object.assign(schedule ?? {}, { overdueSince: '2026-03-03T01:00:00.000Z' });
        }),
      },
      ...(['True', 'Findings', /weekly-full/] as const),
    ],
  ],
  BackupHealthy: [
    [
      'there is a backup',
      {},
      ...([
        'True',
        'BackedUp',
        /^The newest backup in the repository is 20260301-010000F_\d{8}-\d{6}I\.$/,
      ] as const),
    ],
    [
      'there is nowhere for one',
      { withRepositories: false },
      'False',
      'NoRepository',
      /spec\.backup\.repositories/,
    ],
    ['nobody has told', { fleet: silent }, 'Unknown', 'NotKnown', /No backup agent has answered yet/],
    [
      'the repository is empty',
      {
        fleet: fleetWith((fleet) => Object.assign(backupOf(fleet, 0).repositories[0] ?? {}, { backups: [] })),
      },
      ...(['False', 'Findings', /^There is no backup in any repository\./] as const),
    ],
    [
      'the repository has not been read yet',
      { fleet: fleetWith((fleet) => Object.assign(backupOf(fleet, 0), { repositories: [] })) },
      ...(['False', 'NoBackup', /no backup in the repository yet/] as const),
    ],
  ],
  ConfigApplied: [
    [
      'all have the same in force',
      {},
      'True',
      'InForce',
      /^Every member runs with the newest configuration\.$/,
    ],
    [
      'a part of the spec is wrong',
      { configProblems: ['spec.exporter.port: a number'], unseen: ['pg-0'] },
      ...(['False', 'SpecWrong', /^spec\.exporter\.port: a number$/] as const),
    ],
    [
      'a member refuses it',
      {
        fleet: fleetWith((fleet) => {
          const problems = [{ file: 'pg_hba.conf', line: 3, message: 'no such method' }];
          Object.assign(configOf(fleet, 1), { phase: 'refused', problems });
        }),
      },
      ...(['False', 'Findings', /refused on pg-1.*pg_hba\.conf:3: no such method/] as const),
    ],
    ['it is on its way', { unseen: ['pg-1', 'pg-2'] }, 'False', 'Applying', /on its way to pg-1, pg-2\.$/],
    ['nobody has told', { fleet: silent }, 'Unknown', 'NotKnown', /Not every member has said/],
    [
      'a member has another one in force',
      { fleet: fleetWith((fleet) => Object.assign(configOf(fleet, 2), { appliedDigest: 'old' })) },
      ...(['False', 'Applying', /on its way to the members/] as const),
    ],
    [
      'members want two different ones',
      {
        fleet: fleetWith((fleet) =>
          Object.assign(configOf(fleet, 2), { desiredDigest: 'old', appliedDigest: 'old' }),
        ),
      },
      ...(['False', 'Applying', /on its way to the members/] as const),
    ],
  ],
  RestartPending: [
    ['nothing waits', {}, 'False', 'NothingWaits', /^No change waits for a restart\.$/],
    [
      'a parameter waits',
      {
        fleet: fleetWith((fleet) =>
          configOf(fleet, 0).pendingRestart.push({
            ...{ name: 'max_connections', actual: '100', desired: '200', since: night },
          }),
        ),
      },
      ...([
        'True',
        'Waiting',
        /^pg-0: max_connections is 100, and 200 after a restart \(since 2026/,
      ] as const),
    ],
    [
      'a new pod waits for somebody',
      { roll: { step: 'held', member: 'pg-0', reason: 'the primary moves on request' } },
      ...(['True', 'Waiting', /^pg-0: the primary moves on request$/] as const),
    ],
  ],
};

describe.each(Object.entries(rows))('%s, when', (type, cases) => {
  it.each(cases)('%s', (_what, more, status, reason, message) => {
    expect(condition(type, more)).toEqual({ status, reason, message: expect.stringMatching(message) });
  });
});

describe('the status', () => {
  it('is of the generation that was looked at, in each condition as well', () => {
    const { observedGeneration, conditions = [] } = statusWith({ generation: 8 });
    expect(observedGeneration).toBe(8);
    expect(conditions.map((each) => each.observedGeneration)).toEqual(conditions.map(() => 8));
    expect(conditions.map(({ type }) => type)).toEqual(Object.keys(rows));
  });

  it('keeps the time of a condition until it turns', () => {
    const before = statusWith();
    const later = new Date('2026-03-04T04:00:00.123Z');
    const timeOf = (more: Partial<StatusInput>) =>
      statusWith({ before, now: later, ...more }).conditions?.find(({ type }) => type === 'Ready')
        ?.lastTransitionTime;
    expect(timeOf({})).toBe('2026-03-04T03:12:00Z');
    expect(timeOf(refused)).toBe('2026-03-04T04:00:00Z');
  });

  it('tells of each member, of the primary and of the newest backup', () => {
    const roll = { step: 'held', member: 'pg-0', reason: 'on request' } as const;
    const status = statusWith({ roll, pods: [pod(0), pod(1, { ready: false }), pod(2)] });
    expect(status).toMatchObject({ primary: 'pg-0', readyInstances: 2 });
    expect(status.lastBackup).toMatch(/^20260301-010000F_/);
    expect(status.members).toEqual([
      { name: 'pg-0', role: 'primary', state: 'running', ready: true, timeline: 3, waits: 'on request' },
      { name: 'pg-1', role: 'replica', state: 'streaming', ready: false, timeline: 3 },
      { name: 'pg-2', role: 'replica', state: 'streaming', ready: true, timeline: 3 },
    ]);
    expect(statusWith({ fleet: silent })).not.toHaveProperty('primary');
    expect(statusWith({ fleet: silent }).members?.[0]).toMatchObject({ role: 'unknown', state: 'unknown' });
  });

  it('says the worst five, and how many more there are', () => {
    const refusals = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    expect(condition('Ready', { refusals })?.message).toBe('a\nb\nc\nd\ne\nand 2 more');
  });

  it('is of the form that the kind has', () => {
    expect(postgresCluster.shape.status.parse(statusWith())).toEqual(statusWith());
  });
});
