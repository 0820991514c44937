import { expect, it } from 'vitest';
import { argumentsOf } from './run.ts';

const pgbackrest = { binary: 'pgbackrest', configFile: '/etc/pgbackrest.conf', stanza: 'demo' };

it('names configuration and stanza to every command', () => {
  expect(argumentsOf(pgbackrest, 'info', ['--output=json'])).toEqual([
    '--config=/etc/pgbackrest.conf',
    '--stanza=demo',
    '--log-level-console=off',
    '--log-level-stderr=warn',
    'info',
    '--output=json',
  ]);
});

it('gives no option to version, which newer pgBackRest would refuse', () => {
  expect(argumentsOf(pgbackrest, 'version', [])).toEqual(['version']);
});
