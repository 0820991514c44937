import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { schema } from './config.ts';

const patroni = { url: 'http://127.0.0.1:8008' };
const schedule = { id: 'nightly', type: 'full', cron: '0 1 * * *' };

/** `path: accepted form` for each problem. */
const problems = (config: unknown): readonly string[] => {
  const result = schema.safeParse(config);
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('backup.yaml', () => {
  it('needs little', () => {
    expect(schema.parse({ stanza: 'main', patroni, schedules: [schedule] })).toMatchObject({
      role: { source: 'patroni' },
      postgres: { user: 'howdah_backup', database: 'postgres' },
      pgbackrest: { binary: 'pgbackrest', infoIntervalSeconds: 60, timeoutSeconds: 30 },
      initialBackup: true,
      schedules: [{ timeZone: 'UTC', repos: [1], missed: { policy: 'run-once', withinHours: 168 } }],
    });
  });

  it('wants a repository that all members see in each schedule', () => {
    const repositories = [
      { repo: 1, volume: { directory: '/own', shared: false } },
      { repo: 2, volume: { directory: '/nfs' } },
    ];
    const copy = { ...schedule, repos: [1] };
    expect(problems({ stanza: 'main', patroni, repositories, schedules: [copy] })).toEqual([
      'schedules.0.repos: a repository that all members see besides: one of shared: false never decides what is due',
    ]);
    expect(
      problems({ stanza: 'main', patroni, repositories, schedules: [{ ...copy, repos: [2, 1] }] }),
    ).toEqual([]);
  });

  it('names everything that is wrong at once', () => {
    const bad = {
      stanza: '',
      schedules: [
        { ...schedule, cron: '0 25 * * *', timeZone: 'Mars/Olympus' },
        { ...schedule, type: 'differential', repos: [1, 1] },
      ],
      retention: 3,
    };
    const found = problems(bad);
    const paths = found.map((problem) => problem.split(':')[0]).toSorted();
    expect(paths).toEqual(
      [
        '',
        'schedules.0.cron',
        'schedules.0.timeZone',
        'schedules.1.repos',
        'schedules.1.type',
        'stanza',
      ].toSorted(),
    );
    expect(found.find((problem) => problem.startsWith('schedules.0.cron'))).toContain('five fields');
    expect(found.find((problem) => problem.startsWith('schedules.0.timeZone'))).toContain('Europe/Berlin');
  });

  it('takes each id once', () => {
    expect(problems({ stanza: 'main', patroni, schedules: [schedule, schedule] })).toEqual([
      'schedules.1.id: an id that no other schedule has',
    ]);
    expect(problems({ stanza: 'main', patroni, schedules: [{ ...schedule, id: 'initial' }] })[0]).toContain(
      'schedules.0.id: another id',
    );
  });

  it('wants Patroni’s address, unless PostgreSQL says who is primary', () => {
    expect(problems({ stanza: 'main', schedules: [] })[0]).toMatch(/^patroni: patroni.url/);
    expect(problems({ stanza: 'main', role: { source: 'postgres' }, schedules: [] })).toEqual([]);
  });

  it('takes hooks as lists of arguments that begin with the path of a program, and gives each a time limit', () => {
    const withHooks = (hooks: object) => ({ stanza: 'main', patroni, schedules: [], hooks });
    expect(schema.parse(withHooks({ before: [{ command: ['/opt/freeze', '--now'] }] })).hooks).toEqual({
      before: [{ command: ['/opt/freeze', '--now'], timeoutSeconds: 60 }],
      after: [],
    });
    const wrong = {
      before: [{ command: 'freeze' }, { command: [] }],
      after: [{ command: ['freeze', 'a\0b'] }],
    };
    expect(problems(withHooks(wrong)).map((problem) => problem.split(':')[0])).toEqual([
      ...['hooks.before.0.command', 'hooks.before.1.command'],
      ...['hooks.before.1.command', 'hooks.after.0.command', 'hooks.after.0.command'],
    ]);
  });

  it('is described to the last key', () => {
    const undescribed = (node: z.core.JSONSchema.BaseSchema, path: string): readonly string[] => [
      ...(node.description === undefined && path !== '' ? [path] : []),
      ...Object.entries(node.properties ?? {}).flatMap(([key, inner]) =>
        typeof inner === 'object' ? undescribed(inner, `${path}.${key}`) : [],
      ),
      ...(typeof node.items === 'object' && 'properties' in node.items
        ? undescribed({ ...node.items, description: 'that of the list' }, `${path}.*`)
        : []),
    ];
    expect(undescribed(z.toJSONSchema(schema, { io: 'input' }), '')).toEqual([]);
  });
});
