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
  schedules: [scheduleOf()],
  requests: [],
  repositories: [],
  dues: [],
  running: undefined,
  lastRun: undefined,
  archive: undefined,
  info: undefined,
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
    expect(lines).toContain('howdah_backup_repository_reachable{repo="2",stanza="main"} 0');
    expect(lines.filter((line) => line.startsWith('pgbackrest_backup_size_bytes'))).toHaveLength(2);
  });

  it('say that pgbackrest info failed, and nothing of the stanza', async () => {
    const lines = await scrape(knowledge({ repositories: [viewOf([full], { reachable: false })] }));
    expect(lines).toContain('pgbackrest_exporter_status{stanza="main"} 0');
    expect(lines.filter((line) => line.startsWith('pgbackrest_stanza_'))).toEqual([]);
  });
});

describe('the agent’s own series', () => {
  it('count runs from zero before any agent runs, and say nothing else then', async () => {
    const lines = await scrape();
    expect(lines).toHaveLength(12);
    for (const line of lines) expect(line).toMatch(/^howdah_backup_runs_total\{.*\} 0$/);
  });

  it('are absent, not 0, while nothing is known', async () => {
    const names = (await scrape(knowledge())).map((line) => line.replace(/[{ ].*/, ''));
    expect([...new Set(names)]).toEqual([
      'howdah_backup_runs_total',
      'howdah_backup_role',
      'howdah_backup_running',
      'howdah_backup_next_due_timestamp_seconds',
    ]);
  });

  it('say how long a backup is overdue, per schedule and repository', async () => {
    const due = dueOf('full', at('02T01:00'), { scheduleId: 'nightly' });
    const repositories = [viewOf([full]), viewOf([], { repo: 2 }), viewOf([], { repo: 3, reachable: false })];
    const schedules = [scheduleOf({ repos: [1, 2, 3] })];
    const lines = await scrape(knowledge({ schedules, repositories, dues: [due] }));
    expect(lines.filter((line) => line.includes('overdue'))).toEqual([
      'howdah_backup_overdue_seconds{schedule="nightly",repo="1",stanza="main"} 3600',
      'howdah_backup_overdue_seconds{schedule="nightly",repo="2",stanza="main"} 0',
    ]);
  });

  it('tell the role, the last success per type and the WAL at risk', async () => {
    const archive = { atRiskBytes: 42, atRiskSeconds: 7 };
    const lines = await scrape(knowledge({ repositories: [viewOf([full])], archive }));
    expect(lines).toContain('howdah_backup_role{role="primary",stanza="main"} 1');
    expect(lines).toContain('howdah_backup_role{role="replica",stanza="main"} 0');
    expect(lines).toContain(
      `howdah_backup_last_success_timestamp_seconds{type="full",repo="1",stanza="main"} ${full.stoppedAt.getTime() / 1000}`,
    );
    expect(lines).toContain('howdah_backup_wal_at_risk_bytes{stanza="main"} 42');
    expect(lines).toContain('howdah_backup_wal_at_risk_seconds{stanza="main"} 7');
  });
});
