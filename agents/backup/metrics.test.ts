import { readFileSync } from 'node:fs';
import { parseInfo } from '@howdah/pgbackrest/info';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createMetrics, type MetricsKnowledge } from './metrics.ts';
import { at, backupOf, dueOf, infoOf, scheduleOf, viewOf } from './testing/samples.ts';

const contract = readFileSync(new URL('testdata/pgbackrest_exporter-metrics.tsv', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('\t'))
  .map(([name = '', labels = '']) => ({ name, labels: labels.split(',').toSorted() }));

/** What is left out on purpose, and why, stands at `pgbackrestFamilies`. */
const leftOut = [
  'pgbackrest_backup_databases',
  'pgbackrest_backup_last_databases',
  'pgbackrest_exporter_build_info',
];

const knowledge = (more: Partial<MetricsKnowledge> = {}): MetricsKnowledge => ({
  stanza: 'main',
  role: { role: 'primary', source: 'patroni', timeline: 1 },
  history: undefined,
  configFile: undefined,
  schedules: [scheduleOf()],
  requests: [],
  expirations: [],
  repositories: [],
  journals: [],
  runs: [],
  missing: [],
  running: undefined,
  lastRun: undefined,
  archive: undefined,
  repositoryArchives: [],
  info: undefined,
  storage: [],
  now: at('02T02:00'),
  ...more,
});

const scrape = async (known?: MetricsKnowledge): Promise<readonly string[]> => {
  const registry = new Registry();
  const metrics = createMetrics(registry);
  if (known !== undefined) metrics.source = () => known;
  return (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
};

const full = backupOf('full', at('01T01:00'));
const diff = backupOf('diff', at('02T01:00'), {
  references: [full.label],
  prior: full.label,
  mapBytes: 10,
  mapDeltaBytes: 5,
});
const lock = { held: true, totalBytes: 100, completeBytes: 40 };
/** Everything that any version of pgBackRest says. */
const everything = knowledge({
  repositories: [viewOf([full, diff])],
  info: infoOf({
    backupLock: lock,
    restoreLock: lock,
    archives: [{ repo: 1, databaseId: 1, postgresVersion: '15', walMin: 'a', walMax: 'b' }],
    backups: [full, diff],
  }),
});

describe('the series of pgbackrest_exporter', () => {
  it.each(contract.filter(({ name }) => !leftOut.includes(name)))(
    '$name has its name and labels',
    async ({ name, labels }) => {
      const series = (await scrape(everything)).filter((line) => line.startsWith(`${name}{`));
      expect(series).not.toEqual([]);
      for (const line of series) {
        expect([...line.matchAll(/(\w+)="/g)].map(([, label]) => label).toSorted()).toEqual(labels);
      }
    },
  );

  it('are those of the contract and no others', async () => {
    const names = new Set((await scrape(everything)).map((line) => line.replace(/[{ ].*/, '')));
    const ours = [...names].filter((name) => name.startsWith('pgbackrest_'));
    const theirs = contract.map(({ name }) => name).filter((name) => !leftOut.includes(name));
    expect(ours.toSorted()).toEqual(theirs.toSorted());
  });

  it('give a type the value of a newer larger backup', async () => {
    const lines = await scrape(everything);
    const age = (type: string) =>
      lines.find((line) => line.includes('since_last_completion_seconds') && line.includes(`"${type}"`));
    expect(age('full')).toMatch(/ 89940$/);
    expect(age('diff')).toMatch(/ 3540$/);
    expect(age('incr')).toMatch(/ 3540$/);
  });

  it('leave out what 2.45 does not say: sizes of the running backup, restores, block maps', async () => {
    const url = new URL('../../shared/pgbackrest/testdata/info-while-running-2.45.json', import.meta.url);
    const info = parseInfo(readFileSync(url, 'utf8'), 'main');
    const lines = await scrape(knowledge({ info, repositories: [viewOf(info.backups)] }));
    expect(lines).toContain('pgbackrest_stanza_backup_lock_status{stanza="main"} 1');
    expect(lines.filter((line) => /complete_bytes|total_bytes|restore|_map_/.test(line))).toEqual([]);
  });

  it('keep the backups of a repository that is down, and say that it is', async () => {
    const down = infoOf({
      status: { code: 4, message: 'different across repos' },
      repositories: [
        { repo: 1, cipher: 'none', status: { code: 0, message: 'ok' } },
        { repo: 2, cipher: 'none', status: { code: 99, message: 'other' } },
      ],
    });
    const repositories = [viewOf([full]), viewOf([{ ...full, repo: 2 }], { repo: 2, reachable: false })];
    const lines = await scrape(knowledge({ info: down, repositories }));
    expect(lines).toContain('pgbackrest_repo_status{cipher="none",repo_key="2",stanza="main"} 99');
    expect(lines).toContain('howdah_backup_repo_reachable{repo="2",stanza="main"} 0');
    expect(lines.filter((line) => line.startsWith('pgbackrest_backup_size_bytes'))).toHaveLength(2);
  });

  it('say that pgbackrest info failed, and nothing of the stanza', async () => {
    const lines = await scrape(knowledge({ repositories: [viewOf([full], { reachable: false })] }));
    expect(lines).toContain('pgbackrest_exporter_status{stanza="main"} 0');
    expect(lines.filter((line) => line.startsWith('pgbackrest_stanza_'))).toEqual([]);
  });
});

describe('the agent’s own series', () => {
  it('say which repositories are own copies, which decide for nothing', async () => {
    const repositories = [viewOf([full]), viewOf([], { repo: 2, ownCopy: true })];
    const lines = await scrape(knowledge({ repositories }));
    expect(lines).toContain('howdah_backup_repo_own_copy{repo="1",stanza="main"} 0');
    expect(lines).toContain('howdah_backup_repo_own_copy{repo="2",stanza="main"} 1');
  });

  it('count runs from zero before any agent runs, and say nothing else then', async () => {
    const lines = await scrape();
    expect(lines).toHaveLength(17);
    for (const line of lines) expect(line).toMatch(/^howdah_backup_(runs|hook_failures)_total\{.*\} 0$/);
  });

  it('are absent, not 0, while nothing is known', async () => {
    const names = (await scrape(knowledge())).map((line) => line.replace(/[{ ].*/, ''));
    expect([...new Set(names)]).toEqual([
      'howdah_backup_runs_total',
      'howdah_backup_hook_failures_total',
      'howdah_backup_role',
      'howdah_backup_running',
      'howdah_backup_next_due_timestamp_seconds',
    ]);
  });

  it('say how long a backup is overdue, per schedule and repository', async () => {
    const due = dueOf('full', at('02T01:00'), { scheduleId: 'nightly' });
    const repositories = [viewOf([full]), viewOf([], { repo: 2 }), viewOf([], { repo: 3, reachable: false })];
    const schedules = [scheduleOf({ repos: [1, 2, 3] })];
    const lines = await scrape(knowledge({ schedules, repositories, missing: [due] }));
    expect(lines.filter((line) => line.includes('overdue'))).toEqual([
      'howdah_backup_overdue_seconds{schedule="nightly",repo="1",stanza="main"} 3600',
      'howdah_backup_overdue_seconds{schedule="nightly",repo="2",stanza="main"} 0',
    ]);
  });

  it('tell whether pgbackrest.conf could be written, and nothing where somebody else writes it', async () => {
    const written = async (more: Parameters<typeof knowledge>[0]) =>
      (await scrape(knowledge(more))).filter((line) => line.startsWith('howdah_backup_configuration'));
    expect(await written({})).toEqual([]);
    expect(await written({ render: { warnings: [] } })).toEqual([
      'howdah_backup_configuration_written{stanza="main"} 1',
    ]);
    expect(await written({ render: { problem: 'a secret is empty', warnings: [] } })).toEqual([
      'howdah_backup_configuration_written{stanza="main"} 0',
    ]);
  });

  it('tell whether a retention is set, and the room of a repository on a volume', async () => {
    const storage = [
      { repo: 1, retentionSet: true, room: { sizeBytes: 100, availableBytes: 30 } },
      { repo: 2, retentionSet: false },
      { repo: 3 },
    ];
    const lines = await scrape(knowledge({ storage }));
    expect(lines.filter((line) => line.startsWith('howdah_backup_repo_'))).toEqual([
      'howdah_backup_repo_retention_set{repo="1",stanza="main"} 1',
      'howdah_backup_repo_retention_set{repo="2",stanza="main"} 0',
      'howdah_backup_repo_volume_size_bytes{repo="1",stanza="main"} 100',
      'howdah_backup_repo_volume_available_bytes{repo="1",stanza="main"} 30',
    ]);
  });

  it('tell the role, the last success per type and the WAL at risk', async () => {
    const archive = { segmentBytes: 16_777_216, atRiskBytes: 42, atRiskSeconds: 7 };
    const lines = await scrape(knowledge({ repositories: [viewOf([full])], archive }));
    expect(lines).toContain('howdah_backup_role{role="primary",stanza="main"} 1');
    expect(lines).toContain('howdah_backup_role{role="replica",stanza="main"} 0');
    expect(lines).toContain(
      `howdah_backup_last_success_timestamp_seconds{type="full",repo="1",stanza="main"} ${full.stoppedAt.getTime() / 1000}`,
    );
    expect(lines).toContain('howdah_backup_wal_at_risk_bytes{stanza="main"} 42');
    expect(lines).toContain('howdah_backup_wal_at_risk_seconds{stanza="main"} 7');
  });

  it('count superseded backups, which are no success, and none while nobody tells the history', async () => {
    const lost = { ...backupOf('full', at('02T01:00')), superseded: 'left-behind' } as const;
    const repositories = [viewOf([full, lost]), viewOf([], { repo: 2 })];
    const lines = await scrape(knowledge({ history: [], repositories }));
    expect(lines.filter((line) => line.startsWith('howdah_backup_superseded'))).toEqual([
      'howdah_backup_superseded{repo="1",stanza="main"} 1',
      'howdah_backup_superseded{repo="2",stanza="main"} 0',
    ]);
    expect(lines).toContain(
      `howdah_backup_last_success_timestamp_seconds{type="full",repo="1",stanza="main"} ${full.stoppedAt.getTime() / 1000}`,
    );
    const untold = await scrape(knowledge({ repositories }));
    expect(untold.filter((line) => line.startsWith('howdah_backup_superseded'))).toEqual([]);
  });

  it('tell the queue of the archive, its gaps, and to when one can restore', async () => {
    const archive = {
      segmentBytes: 16_777_216,
      queue: { readyFiles: 3 },
      failing: { wal: 'w', since: at('02T01:59') },
      walVolume: { freeBytes: 1_000, secondsUntilFull: 90 },
    };
    const gaps = {
      listedAt: at('02T01:00'),
      ranges: [
        { from: 'a', to: 'a', segments: 1 },
        { from: 'c', to: 'd', segments: 2 },
      ],
    };
    const restorable = [{ from: at('01T01:00'), to: at('02T01:30') }];
    const repositoryArchives = [
      { repo: 1, gaps, restorable },
      { repo: 2, restorable: [] },
    ];
    const lines = await scrape(knowledge({ archive, repositoryArchives }));
    const of = (name: string) => lines.filter((line) => line.startsWith(`howdah_backup_${name}{`));
    expect(of('archive_ready_files')).toEqual(['howdah_backup_archive_ready_files{stanza="main"} 3']);
    expect(of('archive_failing_seconds')[0]).toMatch(/ 60$/);
    expect(of('wal_volume_free_bytes')[0]).toMatch(/ 1000$/);
    expect(of('wal_volume_full_seconds')[0]).toMatch(/ 90$/);
    expect(of('archive_gaps')).toEqual(['howdah_backup_archive_gaps{repo="1",stanza="main"} 2']);
    expect(of('archive_missing_segments')[0]).toMatch(/ 3$/);
    expect(of('archive_listed_timestamp_seconds')[0]).toMatch(` ${at('02T01:00').getTime() / 1000}`);
    expect(of('restorable_oldest_timestamp_seconds')).toEqual([
      `howdah_backup_restorable_oldest_timestamp_seconds{repo="1",stanza="main"} ${at('01T01:00').getTime() / 1000}`,
    ]);
    expect(of('restorable_latest_timestamp_seconds')[0]).toMatch(` ${at('02T01:30').getTime() / 1000}`);
  });

  it('say 0 seconds of failing while the archiver works, and no time until the volume is full', async () => {
    const lines = await scrape(
      knowledge({ archive: { segmentBytes: 16_777_216, walVolume: { freeBytes: 1_000 } } }),
    );
    expect(lines).toContain('howdah_backup_archive_failing_seconds{stanza="main"} 0');
    expect(lines.filter((line) => line.includes('full_seconds'))).toEqual([]);
  });
});

describe('of stanzas', () => {
  it('a refused repository shows, and nothing is said of one that was not judged', async () => {
    const refused = viewOf([], { stanza: { kind: 'refused', because: 'another’s', foreign: true } });
    const lines = await scrape(
      knowledge({
        repositories: [refused, viewOf([], { repo: 2, stanza: { kind: 'ours' } }), viewOf([], { repo: 3 })],
      }),
    );
    expect(lines.filter((line) => line.startsWith('howdah_backup_repo_refused'))).toEqual([
      'howdah_backup_repo_refused{repo="1",stanza="main"} 1',
      'howdah_backup_repo_refused{repo="2",stanza="main"} 0',
    ]);
  });

  it('a check shows once there was one', async () => {
    const ofCheck = (lines: readonly string[]) =>
      lines.filter((line) => line.startsWith('howdah_backup_check'));
    expect(ofCheck(await scrape(knowledge()))).toEqual([]);
    const check = { at: at('02T01:00'), reason: 'WAL was not archived' };
    expect(ofCheck(await scrape(knowledge({ check })))).toEqual([
      'howdah_backup_check_success{stanza="main"} 0',
      `howdah_backup_check_timestamp_seconds{stanza="main"} ${at('02T01:00').getTime() / 1000}`,
    ]);
  });
});
