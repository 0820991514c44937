import { describe, expect, it } from 'vitest';
import { passOn } from './pass-on.ts';
import { parseExposition } from './testing/exposition.ts';

const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

describe('Patroni’s metrics', () => {
  it('are passed on as they came', () => {
    const answer = text([
      '# HELP patroni_version Patroni semver without periods.',
      '# TYPE patroni_version gauge',
      'patroni_version{scope="demo",name="pg-0"} 040100',
      '# HELP patroni_xlog_location Current location of the WAL, in bytes, 0 if this node is a replica.',
      '# TYPE patroni_xlog_location counter',
      'patroni_xlog_location{scope="demo",name="pg-0"} 67109120',
      '# HELP patroni_postmaster_start_time Epoch seconds since Postgres started.',
      '# TYPE patroni_postmaster_start_time gauge',
      'patroni_postmaster_start_time{scope="demo",name="pg-0"} 1795253656.793018',
    ]);
    expect(passOn(answer, 100)).toEqual({ text: answer, series: 3, dropped: 0 });
  });

  it('lose what would cost Prometheus the whole scrape', () => {
    const { text: passed, series } = passOn(
      text([
        '# TYPE patroni_a gauge',
        '# TYPE patroni_a counter',
        'patroni_a{name="x"} 1',
        'patroni_a{name="x"} 2',
        'patroni_a{name="y" 3',
        'patroni_a{name="z"} lots',
        'patroni_a{name="v"} 4.1.0',
        'pg_up 0',
        '# TYPE pg_up gauge',
        '<html>',
        'patroni_a{name="late"} 4',
      ]),
      100,
    );
    expect([...parseExposition(passed).series]).toEqual([
      ['patroni_a{name="x"}', 1],
      ['patroni_a{name="late"}', 4],
    ]);
    expect(series).toBe(2);
  });

  it('are no more than allowed, and none at all of another page', () => {
    const many = Array.from({ length: 9 }, (_, index) => `patroni_a{name="${index}"} 1`);
    expect(passOn(text(['# TYPE patroni_a gauge', ...many]), 4)).toMatchObject({ series: 4, dropped: 5 });
    expect(passOn('<html>not found</html>', 4)).toEqual({ text: '', series: 0, dropped: 0 });
  });
});
