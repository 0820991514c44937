import { describe, expect, it } from 'vitest';
import { parseOsRelease, supportOf } from './platform.ts';
import { survey } from './survey.ts';
import { isAtLeast, upstreamVersion } from './versions.ts';

const bookworm = { id: 'debian', version: '12', postgresMajor: 15 };

const stateOf = (name: string, facts: { installed?: string; candidate?: string } | undefined) =>
  survey(bookworm, new Map(facts === undefined ? [] : [[name, facts]])).find(
    (finding) => finding.name === name,
  )?.state;

describe('the supported systems', () => {
  it('are told by /etc/os-release', () => {
    const platform = parseOsRelease('PRETTY_NAME="Ubuntu 24.04.1 LTS"\nID=ubuntu\nVERSION_ID="24.04"\n');
    expect(platform.title).toBe('Ubuntu 24.04.1 LTS');
    expect(supportOf(platform)?.postgresMajor).toBe(16);
  });

  it('do not include what is older', () => {
    expect(supportOf(parseOsRelease('ID=debian\nVERSION_ID="11"\n'))).toBeUndefined();
    expect(supportOf(parseOsRelease('ID=fedora\nVERSION_ID=43\n'))).toBeUndefined();
  });
});

describe('Debian’s versions', () => {
  it.each([
    ['2.45-1', '2.45'],
    ['15.18-0+deb12u1', '15.18'],
    ['2.42.0+ds-5+deb12u1', '2.42.0'],
    ['2:1.24.0-1', '1.24.0'],
  ])('%s is upstream’s %s', (debian, upstream) => expect(upstreamVersion(debian)).toBe(upstream));

  it('are compared by number, not by letter', () => {
    expect(isAtLeast('3.11', '3.9')).toBe(true);
    expect(isAtLeast('2.5', '2.45')).toBe(false);
    expect(isAtLeast('15', '15.0')).toBe(true);
  });
});

describe('the survey of a machine', () => {
  it('finds what is installed and new enough', () => {
    expect(stateOf('pgbackrest', { installed: '2.45-1', candidate: '2.45-1' })).toBe('there');
  });

  it('finds what could be installed', () => {
    expect(stateOf('pgbackrest', { candidate: '2.45-1' })).toBe('missing');
    expect(stateOf('pgbackrest', undefined)).toBe('missing');
  });

  it('finds what would not do even when installed', () => {
    expect(stateOf('pgbackrest', { candidate: '2.33-1' })).toBe('too-old');
    expect(stateOf('etcd-server', { installed: '3.3.25+dfsg-6', candidate: '3.4.23-4' })).toBe('too-old');
  });

  it('asks Ubuntu for no chromium, whose package there is only a snap', () => {
    const names = survey({ id: 'ubuntu', version: '24.04', postgresMajor: 16 }, new Map()).map(
      ({ name }) => name,
    );
    expect(names).toContain('postgresql-16');
    expect(names).not.toContain('chromium');
  });
});
