import { describe, expect, test } from 'vitest';
import type { ClusterMember, Fleet, FleetMember } from './fleet.ts';
import { judge } from './judge.ts';
import type { Status } from './status.ts';
import { before, largeLagBytes, night, quietFleet } from './testdata/fleet.ts';

type Agents = Status['agents'];
type Detail<Name extends keyof Agents> = NonNullable<NonNullable<Agents[Name]>['detail']>;

/** The quiet fleet with one member changed. */
const withMember = (name: string, change: (member: FleetMember) => FleetMember): Fleet => {
  const fleet = quietFleet();
  return {
    ...fleet,
    members: fleet.members.map((member) => (member.name === name ? change(member) : member)),
  };
};

/** The quiet fleet with one agent of one member changed. */
const withAgent = <Name extends keyof Agents>(
  member: string,
  name: Name,
  change: (agent: NonNullable<Agents[Name]>) => Partial<NonNullable<Agents[Name]>>,
): Fleet =>
  withMember(member, (one) => {
    const answer = one.agents.answer;
    const agent = answer?.agents[name];
    if (answer === undefined || agent === undefined) throw new Error(`no ${name}`);
    const agents = { ...answer.agents, [name]: { ...agent, ...change(agent as NonNullable<Agents[Name]>) } };
    return { ...one, agents: { ...one.agents, answer: { ...answer, agents } } };
  });

const withDetail = <Name extends keyof Agents>(
  member: string,
  name: Name,
  detail: Partial<Detail<Name>>,
): Fleet =>
  withAgent(
    member,
    name,
    (agent) => ({ detail: { ...agent.detail, ...detail } }) as unknown as Partial<NonNullable<Agents[Name]>>,
  );

const withClusterMember = (name: string, change: Partial<ClusterMember>): Fleet => {
  const fleet = quietFleet();
  const answer = fleet.cluster.answer;
  if (answer === undefined) throw new Error('no cluster');
  const members = answer.members.map((member) => (member.name === name ? { ...member, ...change } : member));
  return { ...fleet, cluster: { ...fleet.cluster, answer: { ...answer, members } } };
};

const serious = (fleet: Fleet) => judge(fleet).findings.filter(({ level }) => level !== 'notice');

test('says in one sentence that all is well, with what one would ask next', () => {
  expect(judge(quietFleet())).toEqual({
    verdict: 'well',
    sentence: 'All is well: pg-0 is primary, 2 replicas follow, the last backup is 2 h 10 min old.',
    findings: [],
  });
});

test('knows nothing before anybody has answered, and does not call that well', () => {
  const fleet: Fleet = {
    now: night,
    staleAfterSeconds: 15,
    cluster: {},
    members: [{ name: 'pg-0', watched: true, agents: {} }],
  };
  expect(judge(fleet)).toMatchObject({ verdict: 'unknown', sentence: 'Nobody has answered yet.' });
});

test('says what is wrong first, and how much more there is', () => {
  const fleet = withDetail('pg-0', 'backup', {
    archive: {
      lastFailedAt: before(20),
      lastArchivedAt: before(3_000),
      atRiskBytes: 5e8,
      atRiskSeconds: 3_000,
    },
  });
  const paused: Fleet = {
    ...fleet,
    cluster: { ...fleet.cluster, answer: { paused: true, members: fleet.cluster.answer?.members ?? [] } },
  };
  const { verdict, sentence, findings } = judge(paused);
  expect(verdict).toBe('alarm');
  expect(sentence).toBe(
    'WAL archiving fails on pg-0: 477 MiB would be lost with the primary’s disk. One more thing needs a look.',
  );
  expect(findings.map(({ id }) => id)).toEqual(['archive', 'paused']);
});

describe('members', () => {
  test('a cluster without primary is an alarm', () => {
    const fleet = withClusterMember('pg-0', { role: 'replica' });
    expect(serious(fleet)[0]).toMatchObject({ level: 'alarm', id: 'no-primary' });
  });

  test('a Patroni that no longer answers is an alarm, with how long', () => {
    const fleet = quietFleet();
    const cluster = { ...fleet.cluster, answeredAt: before(95), error: 'no answer within 3 s' };
    const [first] = serious({ ...fleet, cluster });
    expect(first?.says).toBe('Patroni answers on no member, for 1 min 35 s: who is primary is not known.');
    expect(first?.todo).toContain('no answer within 3 s');
  });

  test('silent agents are a warning on a replica and an alarm on the primary', () => {
    const silent = (member: FleetMember): FleetMember => ({
      ...member,
      agents: { ...member.agents, answeredAt: before(60), error: 'nobody listens there' },
    });
    expect(serious(withMember('pg-1', silent))).toMatchObject([
      { level: 'warning', says: 'The agents of pg-1 have not answered for 1 min.' },
    ]);
    expect(serious(withMember('pg-0', silent))[0]).toMatchObject({ level: 'alarm', member: 'pg-0' });
  });

  test('silence on every member is one alarm, not one for each', () => {
    const fleet = quietFleet();
    const members = fleet.members.map((member) => ({
      ...member,
      agents: { ...member.agents, answeredAt: before(60), error: 'no answer within 3 s' },
    }));
    expect(serious({ ...fleet, members })).toMatchObject([
      { level: 'alarm', says: 'The agents answer on none of 3 members.' },
    ]);
  });

  test('of a member that no longer answers nothing else is said', () => {
    const fleet = withAgent('pg-1', 'exporter', () => ({ state: 'restarting', ready: false, restarts: 3 }));
    const members = fleet.members.map((member) =>
      member.name === 'pg-1' ? { ...member, agents: { ...member.agents, answeredAt: before(60) } } : member,
    );
    expect(serious({ ...fleet, members }).map(({ id }) => id)).toEqual(['agents-silent/pg-1']);
  });

  test.each([
    ['far behind', { lagBytes: largeLagBytes }, 'pg-2 is 300 MiB behind the primary.'],
    ['on an older timeline', { timeline: 2 }, 'pg-2 is on timeline 2, the primary on 3.'],
    ['not running', { state: 'start failed' }, 'PostgreSQL on pg-2 is start failed.'],
  ])('a replica that is %s is a warning', (_, change, says) => {
    expect(serious(withClusterMember('pg-2', change))).toMatchObject([{ level: 'warning', says }]);
  });

  test('a member that nobody asks is worth knowing, and does not spoil the verdict', () => {
    const fleet = quietFleet();
    const members = [...fleet.members, { name: 'pg-3', watched: false, agents: {} }];
    const { verdict, findings } = judge({ ...fleet, members });
    expect(verdict).toBe('well');
    expect(findings).toMatchObject([{ level: 'notice', id: 'unwatched/pg-3' }]);
  });
});

describe('backups', () => {
  const repository = { repo: 1, reachable: true, checkedAt: before(20), backups: [] };

  test('no backup at all is an alarm, and only a warning while the first is being taken', () => {
    expect(serious(withDetail('pg-0', 'backup', { repositories: [repository] }))).toMatchObject([
      { level: 'alarm', id: 'no-backup' },
    ]);
    const [told] = quietFleet().members[0]?.agents.answer?.agents.backup?.detail?.repositories ?? [];
    const backups = (told?.backups ?? []).map((one) => ({ ...one, superseded: true }));
    expect(backups).not.toEqual([]);
    const lost = withDetail('pg-0', 'backup', { repositories: [{ ...repository, backups }] });
    expect(serious(lost)).toMatchObject([
      { level: 'alarm', id: 'no-backup', says: expect.stringContaining('all are superseded') },
    ]);
    const running = {
      scheduleId: 'weekly-full',
      type: 'full',
      repo: 1,
      dueAt: before(9),
      startedAt: before(8),
    } as const;
    expect(serious(withDetail('pg-0', 'backup', { repositories: [repository], running }))).toMatchObject([
      { level: 'warning', id: 'first-backup' },
    ]);
  });

  test('a damaged repository is an alarm, and one that is not verified any more a warning', () => {
    const attempt = { dueAt: before(900), member: 'pg-0', startedAt: before(900), endedAt: before(800) };
    const problems = ['20260301-010000F: invalid, 1 of 964 files'];
    const told = (more: object) =>
      serious(
        withDetail('pg-0', 'backup', {
          verification: { nextDue: [], repositories: [{ repo: 1, ...more }] },
        }),
      );
    expect(told({ last: { ...attempt, verdict: 'invalid', problems } })).toMatchObject([
      { level: 'alarm', id: 'verify/1', says: `Repository 1 is damaged: ${problems[0]}.` },
    ]);
    expect(told({ last: { ...attempt, verdict: 'valid', problems: [] } })).toEqual([]);
    expect(told({ overdueSince: before(3_600) })).toEqual([]);
    const lastTry = { ...attempt, outcome: 'aborted', reason: 'a backup is due' };
    expect(told({ overdueSince: before(100 * 3_600), lastTry })).toMatchObject([
      { level: 'warning', id: 'verify/1', todo: 'a backup is due' },
    ]);
  });

  test('a repository that cannot be read is not one without backups', () => {
    const unreadable = { ...repository, reachable: false, message: 'unable to connect to store' };
    expect(serious(withDetail('pg-0', 'backup', { repositories: [unreadable] }))).toMatchObject([
      { level: 'alarm', id: 'repository/1', todo: 'unable to connect to store' },
    ]);
  });

  test('one of two repositories down is a warning', () => {
    const detail = quietFleet().members[0]?.agents.answer?.agents.backup?.detail;
    const repositories = [...(detail?.repositories ?? []), { ...repository, repo: 2, reachable: false }];
    expect(serious(withDetail('pg-0', 'backup', { repositories }))).toMatchObject([
      { level: 'warning', id: 'repository/2' },
    ]);
  });

  test('a missed due time is a warning, and an alarm after an hour', () => {
    const late = (seconds: number) => {
      const schedules = quietFleet().members[0]?.agents.answer?.agents.backup?.detail?.schedules ?? [];
      return withDetail('pg-0', 'backup', {
        schedules: schedules.map((one, index) =>
          index === 2 ? { ...one, overdueSince: before(seconds) } : one,
        ),
      });
    };
    expect(serious(late(600))).toMatchObject([
      { level: 'warning', says: 'The incr backup “six-hourly” is 10 min overdue.' },
    ]);
    expect(serious(late(3_700))).toMatchObject([{ level: 'alarm' }]);
  });

  test('an overdue schedule on a replica says nothing: only the primary runs', () => {
    const schedules = quietFleet().members[0]?.agents.answer?.agents.backup?.detail?.schedules ?? [];
    const overdue = schedules.map((one) => ({ ...one, overdueSince: before(9_000) }));
    expect(serious(withDetail('pg-1', 'backup', { schedules: overdue }))).toEqual([]);
  });

  test('damaged pages are an alarm that names the backup', () => {
    const backup = quietFleet().members[0]?.agents.answer?.agents.backup?.detail?.repositories[0]?.backups[0];
    if (backup === undefined) throw new Error('no backup');
    const repositories = [{ ...repository, backups: [{ ...backup, error: true }] }];
    expect(serious(withDetail('pg-0', 'backup', { repositories }))).toMatchObject([
      { level: 'alarm', says: `Backup ${backup.label} holds damaged pages.` },
    ]);
  });

  test('a failed run counts until a later backup is in the repository', () => {
    const run = (endedAt: string) =>
      ({
        scheduleId: 'six-hourly',
        type: 'incr',
        repo: 1,
        dueAt: before(9_000),
        startedAt: before(9_000),
        endedAt,
        outcome: 'failed',
        reason: 'exit code 56',
      }) as const;
    expect(serious(withDetail('pg-0', 'backup', { lastRun: run(before(60)) }))).toMatchObject([
      { level: 'warning', says: 'The last incr backup “six-hourly” failed.', todo: 'exit code 56' },
    ]);
    expect(serious(withDetail('pg-0', 'backup', { lastRun: run(before(8_900)) }))).toEqual([]);
  });

  test.each([
    ['aborted', 'The last full backup “weekly” was stopped; it is tried again in 5 min.'],
    ['refused', 'The last full backup “weekly” was not begun; it is tried again in 5 min.'],
  ] as const)('a run that was %s is told as that, and when it goes on', (outcome, says) => {
    const due = { scheduleId: 'weekly', type: 'full', repo: 1, dueAt: before(9_000) } as const;
    const ended = { startedAt: before(9_000), endedAt: before(60), outcome, reason: 'pg-1 is at it' };
    const waiting = [{ ...due, failures: 1, nextTryAt: before(-300) }];
    expect(serious(withDetail('pg-0', 'backup', { lastRun: { ...due, ...ended }, waiting }))).toMatchObject([
      { level: 'warning', says, todo: 'pg-1 is at it' },
    ]);
  });

  test('WAL that waits for minutes is a warning even when nothing failed', () => {
    const archive = { lastArchivedAt: before(400), atRiskBytes: 64 * 1024 * 1024, atRiskSeconds: 400 };
    expect(serious(withDetail('pg-0', 'backup', { archive }))).toMatchObject([
      { level: 'warning', says: expect.stringContaining('WAL has waited 6 min 40 s on pg-0') },
    ]);
  });
});

describe('WAL that cannot leave', () => {
  const archive = {
    lastArchivedAt: before(400),
    lastFailedAt: before(20),
    atRiskBytes: 64 * 1024 * 1024,
    atRiskSeconds: 400,
    queue: { readyFiles: 4 },
  };

  test('is told with what waits, and until when there is room', () => {
    const walVolume = { freeBytes: 1e12, secondsUntilFull: 90_000 };
    const [finding] = serious(withDetail('pg-0', 'backup', { archive: { ...archive, walVolume } }));
    expect(finding?.level).toBe('warning');
    expect(finding?.todo).toContain('4 files wait; at this rate its volume is full in 1 d 1 h');
  });

  test('is an alarm as soon as its volume is about to be full', () => {
    const walVolume = { freeBytes: 1e9, secondsUntilFull: 3_000 };
    expect(serious(withDetail('pg-0', 'backup', { archive: { ...archive, walVolume } }))).toMatchObject([
      { level: 'alarm', id: 'archive' },
    ]);
  });
});

test('a repository from which nothing ever goes is a warning, until its retention is set', () => {
  const found = (retentionSet: boolean) => {
    const agents = quietFleet().members.find(({ name }) => name === 'pg-0')?.agents.answer?.agents;
    const [repository] = agents?.backup?.detail?.repositories ?? [];
    return serious(
      withDetail('pg-0', 'backup', {
        repositories: repository === undefined ? [] : [{ ...repository, retentionSet }],
      }),
    );
  };
  expect(found(false)).toMatchObject([{ level: 'warning', id: 'retention/1' }]);
  expect(found(true)).toEqual([]);
});

describe('WAL that is missing in the archive', () => {
  const gapsUpTo = (to: string) => {
    const ranges = [{ from: to, to, segments: 1 }];
    const archiveGaps = { listedAt: before(60), gaps: 1, missingSegments: 1, ranges };
    const agents = quietFleet().members.find(({ name }) => name === 'pg-0')?.agents.answer?.agents;
    const repositories = agents?.backup?.detail?.repositories ?? [];
    return withDetail('pg-0', 'backup', {
      repositories: repositories.map((repository) => ({ ...repository, archiveGaps })),
    });
  };

  test('after the newest backup is an alarm: nothing since is safe', () => {
    expect(serious(gapsUpTo('000000030000002A0000001B'))).toMatchObject([
      {
        level: 'alarm',
        id: 'archive-gaps/1',
        says: 'Nothing since the newest backup in repository 1 is safe: 1 WAL segment is missing after it, from 000000030000002A0000001B.',
      },
    ]);
  });

  test('between backups is worth a note: retention may have removed it', () => {
    expect(judge(gapsUpTo('000000010000000000000001')).findings).toMatchObject([
      { level: 'notice', id: 'archive-gaps/1', says: expect.stringContaining('Between backups') },
    ]);
  });
});

test('less than a segment may wait for hours on a quiet server', () => {
  const archive = { lastArchivedAt: before(9_000), atRiskBytes: 4_096, atRiskSeconds: 9_000 };
  expect(serious(withDetail('pg-0', 'backup', { archive }))).toEqual([]);
});

describe('agents', () => {
  const problem = { file: 'logship.yaml', path: 'sinks.0.kind', seen: '"lokki"', expected: 'stdout or file' };

  test('a misconfigured agent is an alarm that says what would be right', () => {
    const fleet = withAgent('pg-1', 'logship', () => ({
      state: 'misconfigured',
      ready: false,
      config: { valid: false, problems: [problem, problem] },
    }));
    expect(serious(fleet)).toMatchObject([
      {
        level: 'alarm',
        todo: 'logship.yaml, sinks.0.kind: found "lokki", expected stdout or file (and 1 more).',
      },
    ]);
  });

  test('a bad new file beside one that runs on is a warning', () => {
    const fleet = withAgent('pg-1', 'logship', ({ config }) => ({
      config: { ...config, valid: false, problems: [problem] },
    }));
    expect(serious(fleet)).toMatchObject([{ level: 'warning', id: 'agent/logship/config/pg-1' }]);
  });

  test('one that waits says for what', () => {
    const fleet = withAgent('pg-2', 'exporter', () => ({ ready: false, waitingFor: 'PostgreSQL' }));
    expect(serious(fleet)).toMatchObject([{ says: 'The agent exporter on pg-2 waits for PostgreSQL.' }]);
  });

  test('one that is off says nothing', () => {
    expect(serious(withAgent('pg-2', 'logship', () => ({ state: 'off', ready: false })))).toEqual([]);
  });

  test('an exporter that is up and takes no sample is a warning: silence is an alarm', () => {
    const fleet = withAgent('pg-2', 'exporter', () => ({ lastProgressAt: before(900) }));
    expect(serious(fleet)).toMatchObject([{ level: 'warning', id: 'quiet/exporter/pg-2' }]);
  });

  test('a log without records is silent for a good reason, one with a backlog is not', () => {
    const quiet = withAgent('pg-2', 'logship', () => ({ lastProgressAt: before(900) }));
    expect(serious(quiet)).toEqual([]);
    const stuck = withAgent('pg-2', 'logship', ({ detail }) =>
      detail === undefined ? {} : { lastProgressAt: before(900), detail: { ...detail, backlogBytes: 4_096 } },
    );
    expect(serious(stuck)).toMatchObject([{ id: 'quiet/logship/pg-2' }]);
  });
});

describe('audit, logs and configuration', () => {
  test('a store that takes nothing is a warning with what waits', () => {
    const fleet = withDetail('pg-0', 'audit-upload', {
      store: { kind: 's3', location: 's3://audit', reachable: false, error: 'connection refused' },
      backlog: { segments: 7, bytes: 380_000, oldestSealedAt: before(60) },
    });
    expect(serious(fleet)).toMatchObject([
      {
        level: 'warning',
        says: 'The audit store does not take the records of pg-0; 7 segments wait (371 KiB).',
        todo: 'connection refused',
      },
    ]);
  });

  test('a segment that waits a quarter of an hour is a warning though the store answers', () => {
    const fleet = withDetail('pg-0', 'audit-upload', {
      backlog: { segments: 1, bytes: 1_000, oldestSealedAt: before(1_000) },
    });
    expect(serious(fleet)).toMatchObject([{ id: 'audit-store/pg-0' }]);
  });

  test('refused files are named with their line', () => {
    const fleet = withDetail('pg-1', 'config-reload', {
      phase: 'refused',
      problems: [{ file: 'pg_hba.conf', line: 12, message: 'invalid authentication method' }],
    });
    expect(serious(fleet)).toMatchObject([{ todo: 'pg_hba.conf:12: invalid authentication method' }]);
  });

  test('a pending restart is a warning whoever knows of it', () => {
    const difference = { name: 'shared_buffers', desired: '8GB', actual: '4GB', since: before(60) };
    const byAgent = withDetail('pg-1', 'config-reload', { pendingRestart: [difference] });
    const byPatroni = withClusterMember('pg-1', { pendingRestart: true });
    expect(serious(byAgent)).toMatchObject([{ says: 'pg-1 waits for a restart to take shared_buffers.' }]);
    expect(serious(byPatroni)).toMatchObject([{ says: 'pg-1 waits for a restart to take new settings.' }]);
  });

  test('drift is worth knowing', () => {
    const drift = [
      { name: 'work_mem', desired: '4MB', actual: '1GB', since: before(60), source: 'ALTER SYSTEM' },
    ];
    expect(judge(withDetail('pg-1', 'config-reload', { drift }))).toMatchObject({
      verdict: 'well',
      findings: [{ level: 'notice', id: 'drift/pg-1' }],
    });
  });
});

test('what is true of several members is said once', () => {
  const fleet = quietFleet();
  const members = fleet.members.map((member): FleetMember => {
    const answer = member.agents.answer;
    const agent = answer?.agents.exporter;
    if (answer === undefined || agent === undefined) throw new Error('no exporter');
    const exporter = { ...agent, ready: false, waitingFor: 'PostgreSQL' };
    return {
      ...member,
      agents: { ...member.agents, answer: { ...answer, agents: { ...answer.agents, exporter } } },
    };
  });
  expect(serious({ ...fleet, members })).toMatchObject([
    { says: 'The agent exporter on pg-0, pg-1 and pg-2 waits for PostgreSQL.' },
  ]);
});

test('ages are told on the agent’s own clock: one that is an hour ahead makes nothing younger or older', () => {
  const ahead = withMember('pg-0', (member) => {
    const shift = (instant: string) => before(-3_600, instant);
    const answer = JSON.parse(
      JSON.stringify(member.agents.answer).replaceAll(
        /"(\d{4}-\d\d-\d\dT[^"]+)"/g,
        (_, instant) => `"${shift(instant)}"`,
      ),
    );
    return { ...member, agents: { ...member.agents, answer } };
  });
  expect(judge(ahead).sentence).toBe(judge(quietFleet()).sentence);
});
