import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConf, quoteConf } from './conf-file.ts';

const values = (text: string) =>
  parseConf('postgresql.conf', text).settings.map(({ name, value }) => [name, value]);
const problems = (text: string) =>
  parseConf('postgresql.conf', text).problems.map(({ line, name, message }) => [line, name, message]);

describe('a postgresql.conf', () => {
  it('has a name, perhaps an equals sign, and a value, with comments anywhere', () => {
    expect(
      values(`
# comment
work_mem = 64MB   # another
max_wal_size 2GB
log_line_prefix = '%m [%p] # '
  deadlock_timeout=1000
random_page_cost = 1.1
timezone = Europe/Berlin
pgaudit.log = 'ddl, role'
enable_seqscan=off
log_timezone = 'UTC'#x
`),
    ).toEqual([
      ['work_mem', '64MB'],
      ['max_wal_size', '2GB'],
      ['log_line_prefix', '%m [%p] # '],
      ['deadlock_timeout', '1000'],
      ['random_page_cost', '1.1'],
      ['timezone', 'Europe/Berlin'],
      ['pgaudit.log', 'ddl, role'],
      ['enable_seqscan', 'off'],
      ['log_timezone', 'UTC'],
    ]);
  });

  it('has quotes that are doubled or escaped inside a value', () => {
    expect(values("a = 'it''s'\nb = 'it\\'s'\nc = 'tab\\tnew\\nbell\\007'\nd = ''")).toEqual([
      ['a', "it's"],
      ['b', "it's"],
      ['c', 'tab\tnew\nbell\u0007'],
      ['d', ''],
    ]);
  });

  it('may come from Windows', () => {
    expect(values("work_mem = 4MB\r\nlog_line_prefix = '%m'\r\n\r\n")).toEqual([
      ['work_mem', '4MB'],
      ['log_line_prefix', '%m'],
    ]);
  });

  it.each([
    ["a = 'open", [1, 'a', 'its quote is not closed']],
    ["\n\na = 'ends with a backslash\\'", [3, 'a', 'its quote is not closed']],
    ['work_mem =', [1, 'work_mem', 'has no value']],
    ['work_mem # = 4MB', [1, 'work_mem', 'has no value']],
    ['work_mem = 1.5GB', [1, 'work_mem', expect.stringContaining("single quotes: '1.5GB'")]],
    ['work_mem = 4 MB', [1, 'work_mem', expect.stringContaining("single quotes: '4 MB'")]],
    ['log_directory = pg.log', [1, 'log_directory', expect.stringContaining('needs single quotes')]],
    ['shared_preload_libraries = a,b', [1, 'shared_preload_libraries', expect.stringContaining("'a,b'")]],
    ['-x = 1', [1, undefined, expect.stringContaining('begins with the name')]],
    ["include '/etc/other.conf'", [1, 'include', expect.stringContaining('not followed')]],
    ["Include_Dir = 'conf.d'", [1, 'Include_Dir', expect.stringContaining('not followed')]],
  ])('with the line %j is refused with line and reason', (text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });

  it('is told all that is wrong with it at once', () => {
    expect(problems("a = 'open\nb = 1\nc =").map(([line]) => line)).toEqual([1, 3]);
  });

  it('gives back any value that was quoted for it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(values(`a = ${quoteConf(value)}`)).toEqual([['a', value]]);
      }),
    );
  });
});
