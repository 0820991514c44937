import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '@howdah/runtime/config';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
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
        'patroni',
        'schedules.0.cron',
        'schedules.0.timeZone',
        'schedules.1.id',
        'schedules.1.repos',
        'schedules.1.type',
        'stanza',
      ].toSorted(),
    );
    expect(found.find((problem) => problem.startsWith('schedules.0.cron'))).toContain('five fields');
    expect(found.find((problem) => problem.startsWith('schedules.0.timeZone'))).toContain('Europe/Berlin');
  });

  it('names all of a bad file together, what compares its parts and the programs of hooks included', async () => {
    await using directory = await temporaryDirectory();
    const notExecutable = join(directory.path, 'quiesce');
    await writeFile(notExecutable, '#!/bin/sh\n', { mode: 0o644 });
    const hook = (program: string) => ({ command: [program] });
    await writeFile(
      join(directory.path, 'backup.yaml'),
      JSON.stringify({
        stanza: 'main',
        patroni: { url: 'http://127.0.0.1:8008', caFile: '/no/such/ca' },
        schedules: [
          { ...schedule, cron: '61 1 * * *' },
          { ...schedule, timeZone: 'Europe/Atlantis' },
          { id: 'initial', type: 'differential', cron: '0 1 * * *', repos: [0, 257] },
        ],
        repositories: [
          { repo: 1, volume: { directory: '/repo' } },
          { repo: 1, volume: { directory: '/other' } },
          { repo: 300, volume: { directory: '/third' } },
        ],
        requests: [
          { id: 'now', type: 'full', at: 'yesterday' },
          { id: 'now', type: 'everything', at: '2026-03-01T09:30:00Z' },
        ],
        hooks: { before: [hook(notExecutable), hook('/no/such/hook')], after: [hook('relative')] },
        whenFull: 'panic',
      }),
    );
    const loaded = await loadConfig(directory.path, { name: 'backup', schema });
    const found = loaded.state === 'invalid' ? loaded.problems : [];
    expect(found.map(({ path, expected }) => [path, expected]).toSorted()).toEqual(
      (
        [
          ['hooks.after.0.command', 'the absolute path of a program first'],
          ['hooks.after.0.command.0', 'a program that can be run (there is none)'],
          ['hooks.before.0.command.0', expect.stringMatching(/^a program that can be run \(/)],
          ['hooks.before.1.command.0', 'a program that can be run (there is none)'],
          ['patroni.caFile', 'a file that can be read (there is none)'],
          ['repositories.1.repo', 'a number that no other repository has'],
          ['repositories.2.repo', expect.stringContaining('256')],
          ['requests.0.at', expect.any(String)],
          ['requests.1.id', 'an id that no other request has'],
          ['requests.1.type', expect.stringContaining('"full"')],
          ['schedules.0.cron', expect.stringContaining('five fields')],
          ['schedules.1.id', 'an id that no other schedule has'],
          ['schedules.1.timeZone', expect.stringContaining('Europe/Berlin')],
          ['schedules.2.id', expect.stringContaining('another id')],
          ['schedules.2.repos.0', expect.any(String)],
          ['schedules.2.repos.1', expect.stringContaining('256')],
          ['schedules.2.type', expect.stringContaining('"full"')],
          ['whenFull', expect.stringContaining('"expire-first"')],
        ] as const
      ).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
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
