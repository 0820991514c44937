import { expect, it } from 'vitest';
import { isWindowOpen } from './window.ts';

const window = { cron: '0 3 * * 0', durationMinutes: 60, timeZone: 'Europe/Berlin' };
const at = (time: string) => isWindowOpen({ pods: 'window', window }, new Date(time));

it('is open from its due time on, on its own clocks, for as long as it says', () => {
  expect(at('2026-03-01T01:59:59Z')).toBe(false);
  expect(at('2026-03-01T02:00:00Z')).toBe(true);
  expect(at('2026-03-01T02:59:59Z')).toBe(true);
  expect(at('2026-03-01T03:00:00Z')).toBe(false);
  // In summer the same clock time is an hour earlier in UTC.
  expect(at('2026-07-05T01:30:00Z')).toBe(true);
});

it('means nothing where pods do not wait for it', () => {
  expect(isWindowOpen({ pods: 'automatic' }, new Date('2026-03-01T02:30:00Z'))).toBe(false);
});
