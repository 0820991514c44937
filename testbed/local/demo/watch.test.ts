import { describe, expect, it } from 'vitest';
import { formatLine, listed, sizeInWords } from './narrator.ts';
import { differences, newBackups } from './watch.ts';

const all = ['pg-0', 'pg-1', 'pg-2'];
const sight = (primary: string | undefined, healthy = all) => ({ primary, healthy, backups: [] });

describe('what the demo tells', () => {
  it('is nothing while nothing changes', () => {
    expect(differences(sight('pg-0'), sight('pg-0'))).toEqual([]);
  });

  it('is who took over from whom', () => {
    expect(differences(sight('pg-0'), sight('pg-2'))).toEqual(['pg-2 is primary now, after pg-0']);
  });

  it('is that there is no primary, and later that there is one', () => {
    expect(differences(sight('pg-0'), sight(undefined, ['pg-1', 'pg-2']))).toEqual([
      'no primary: pg-0 has given up the role or is gone',
      'pg-0 no longer running',
    ]);
    expect(differences(sight(undefined), sight('pg-1'))).toEqual(['pg-1 is primary now']);
  });

  it('is every backup but the first, which the story has told', () => {
    const backup = (label: string) => ({
      label,
      type: 'incr' as const,
      info: { size: 1, repository: { delta: 1 } },
      timestamp: { start: 0, stop: 1 },
    });
    const after = { ...sight('pg-0'), backups: [backup('a'), backup('b')] };
    expect(newBackups(sight('pg-0'), after).map(({ label }) => label)).toEqual(['b']);
    expect(newBackups(after, after)).toEqual([]);
  });

  it('reads like speech', () => {
    expect(listed(all)).toBe('pg-0, pg-1 and pg-2');
    expect(sizeInWords(5_812_345)).toBe('5.8 MB');
    expect(formatLine(12_345, 'hello')).toBe('  12.3 s  hello');
  });
});
