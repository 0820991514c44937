import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { configurationOf, shellWord } from './command-line.ts';

it.each([
  'plain',
  '--target=2026-03-01 08:30:00+00:00',
  '--config=/etc/it’s',
  "--a='b' $(c)",
  '',
  '--x=a\nb',
])('a shell reads %j back as it was', (argument) => {
  const words = execFileSync('sh', ['-c', `printf '%s' ${shellWord(argument)}`], { encoding: 'utf8' });
  expect(words).toBe(argument);
});

it('quotes only the value of an option', () => {
  expect(shellWord('--target=2026-03-01 08:30:00+00:00')).toBe("--target='2026-03-01 08:30:00+00:00'");
  expect(shellWord('--repo=1')).toBe('--repo=1');
});

it('names what the agent writes by its directory, since it is two files', () => {
  const configFile = '/etc/pgbackrest/pgbackrest.conf';
  expect(configurationOf({ configFile })).toEqual([`--config=${configFile}`]);
  expect(configurationOf({ configFile, configPath: '/etc/pgbackrest' })).toEqual([
    '--config-path=/etc/pgbackrest',
  ]);
  expect(configurationOf({})).toEqual([]);
});
