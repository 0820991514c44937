import { expect, it } from 'vitest';
import { wantedWith } from '../testing/wanted.ts';
import { parameterProblems, postgresFiles } from './postgres-files.ts';

const conf = (spec: object) => postgresFiles(wantedWith(spec))['postgresql.conf'] ?? '';
const withParameters = (parameters: object) => ({ postgres: { version: 17, parameters } });

it('says what the spec says, quoted, over what the agents live on', () => {
  const text = conf(
    withParameters({ work_mem: '8MB', max_connections: 50, search_path: "it's", archive_timeout: '5min' }),
  );
  expect(text).toContain("work_mem = '8MB'\n");
  expect(text).toContain("max_connections = '50'\n");
  expect(text).toContain("search_path = 'it''s'\n");
  expect(text.match(/archive_timeout = .*/g)).toEqual(["archive_timeout = '5min'"]);
});

it('leaves out what belongs to the operator, however it is written, and says what there is instead', () => {
  const spec = withParameters({ Archive_Command: '/bin/rm -rf /', port: 6543, work_mem: '8MB' });
  expect(conf(spec)).toContain("archive_command = '/bin/true'");
  expect(conf(spec)).not.toMatch(/rm -rf|6543/);
  expect(parameterProblems(wantedWith(spec).spec)).toEqual([
    'spec.postgres.parameters.Archive_Command: belongs to the operator; instead there is spec.backup.repositories',
    'spec.postgres.parameters.port: belongs to the operator; instead there is nothing: the pod is made for it',
  ]);
});

it('audits with one word of the spec, in the way that the spec says', () => {
  const files = postgresFiles(
    wantedWith({ audit: { enabled: true }, ...withParameters({ 'pgaudit.log': 'all' }) }),
  );
  expect(files['postgresql.conf']).toContain("shared_preload_libraries = 'pgaudit,pg_stat_statements'");
  expect(files['postgresql.conf']).toContain("pgaudit.log = 'all'");
  expect(files['pgaudit.conf']).toBe("pgaudit.log_catalog = 'off'\n");
  expect(postgresFiles(wantedWith())).not.toHaveProperty('pgaudit.conf');
});

it('lets the agents and Patroni in before anybody else, and nobody as postgres over the socket', () => {
  const lines = (postgresFiles(wantedWith())['pg_hba.conf'] ?? '').split('\n');
  expect(lines[0]).toBe('local all howdah_monitor peer map=howdah');
  expect(lines.filter((line) => line.startsWith('local') && !line.includes('map=howdah'))).toEqual([]);
});
