import { expect, it } from 'vitest';
import { parseConfiguration, repositoryOption } from './configuration.ts';

const file = `
# repo1-retention-full=1
[global]
repo1-path=/var/lib/pgbackrest
 repo2-path = /mnt/a b=c
repo1-retention-full=2

[global:backup]
repo2-retention-full=7
[global:expire]
repo3-retention-full=9

[main]
pg1-path=/pgdata
repo1-retention-full=4
[other]
repo2-type=s3
`;

const option = (repo: number, name: string, environment: Record<string, string> = {}, text = file) =>
  repositoryOption({ configuration: parseConfiguration(text), environment, stanza: 'main' }, repo, name);

it('takes an option of the stanza before one that is global', () => {
  expect(option(1, 'retention-full')).toBe('4');
  expect(option(1, 'path')).toBe('/var/lib/pgbackrest');
});

it('takes what stands for the command, and neither another command’s nor another stanza’s', () => {
  expect(option(2, 'retention-full')).toBe('7');
  expect(option(3, 'retention-full')).toBeUndefined();
  expect(option(2, 'type')).toBeUndefined();
});

it('takes a value as it stands, without the space around it', () => {
  expect(option(2, 'path')).toBe('/mnt/a b=c');
});

it('takes the environment before the file', () => {
  expect(option(1, 'retention-full', { PGBACKREST_REPO1_RETENTION_FULL: '12' })).toBe('12');
  expect(option(3, 'retention-full', { PGBACKREST_REPO3_RETENTION_FULL: '3' })).toBe('3');
});

it('knows the former names of the first repository, and of no other', () => {
  const former = '[global]\r\nrepo-path=/old\r\nretention-full=3\r\n';
  expect([option(1, 'path', {}, former), option(1, 'retention-full', {}, former)]).toEqual(['/old', '3']);
  expect(option(2, 'retention-full', {}, former)).toBeUndefined();
});

it('finds nothing in a file without sections, and in none', () => {
  expect(option(1, 'path', {}, 'repo1-path=/lost')).toBeUndefined();
  expect(option(1, 'path', {}, '')).toBeUndefined();
});
