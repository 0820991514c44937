import { describe, expect, it } from 'vitest';
import { schema } from './config.ts';

const problems = (config: unknown) =>
  schema.safeParse(config).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

const file = (id: string, path: string) => ({ id, file: { path } });

describe('logship.yaml', () => {
  it('needs a directory and a sink, and has a default for the rest', () => {
    expect(schema.parse({ logDirectory: '/log', sinks: [file('records', '/out/records.jsonl')] })).toEqual({
      logDirectory: '/log',
      sinks: [{ id: 'records', file: { path: '/out/records.jsonl', maxBytes: 67_108_864, keep: 1 } }],
      pollSeconds: 1,
      checkpointIntervalSeconds: 1,
      maxRecordBytes: 1_048_576,
      maxFileSeries: 64,
    });
  });

  it('tells everything that is wrong at once', () => {
    expect(
      problems({
        logDirectory: '/log',
        sinks: [
          file('a', '/out/x'),
          { ...file('a', '/out/../out/x'), stdout: {} },
          { id: 'b' },
          file('c', '/log/own.csv'),
        ],
      }),
    ).toEqual([
      'sinks.1.id: an id that no other sink has',
      'sinks.1: one of `stdout`, `file`',
      'sinks.1.file.path: a file that no other sink writes',
      'sinks.2: one of `stdout`, `file`',
      'sinks.3.file.path: a file that is not itself followed (a `.csv` in logDirectory is)',
    ]);
  });

  it.each([
    [{ logDirectory: 'log', sinks: [{ id: 'a', stdout: {} }] }],
    [{ logDirectory: '/log', sinks: [] }],
    [{ logDirectory: '/log', sinks: [{ id: 'A b', stdout: {} }] }],
    [{ logDirectory: '/log', sinks: [{ id: 'a', stdout: {} }], poll: 1 }],
    [{ logDirectory: '/log', sinks: [{ id: 'a', stdout: { x: 1 } }] }],
  ])('refuses %j', (config) => expect(problems(config)).toHaveLength(1));
});
