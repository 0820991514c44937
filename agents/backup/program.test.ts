import { expect, it } from 'vitest';
import { configFileOf, programEnvironment, programWith } from './program.ts';

const config = (pgbackrest: object) => ({
  stanza: 'main',
  pgbackrest: { binary: 'pgbackrest', ...pgbackrest },
  postgres: {},
});
const rendered = config({ render: { directory: '/etc/pgbackrest' } });

it('runs pgBackRest on the file that somebody else writes, or on its own default', () => {
  expect(programWith(config({ configFile: '/etc/a.conf' }), (more) => more)).toMatchObject({
    configFile: '/etc/a.conf',
  });
  expect(configFileOf(config({}))).toBeUndefined();
});

it('wants both files to be there that the agent writes', () => {
  expect(programWith(rendered, (more) => more)).toMatchObject({
    configFile: '/etc/pgbackrest/pgbackrest.conf',
    configIncludePath: '/etc/pgbackrest/conf.d',
  });
});

it('lets no option of its own environment count beside the file that it writes', () => {
  const ours = { PATH: '/bin', PGBACKREST_REPO1_PATH: '/elsewhere' };
  expect(programEnvironment(rendered, ours)).toEqual({ PATH: '/bin' });
  expect(programEnvironment(config({}), ours)).toEqual(ours);
});
