import type { Updates } from '@howdah/kinds/pods';
import { describe, expect, it } from 'vitest';
import { mayTouchPrimary, updatePolicy, windowProblems } from './policy.ts';

const window = { cron: '0 3 * * 0', durationMinutes: 60, timeZone: 'Europe/Berlin' };
const policy = (updates: Updates, time = '2026-03-01T02:30:00Z', asked = false) =>
  updatePolicy(updates, asked, new Date(time));

describe('the window of spec.updates', () => {
  const at = (time: string) => policy({ pods: 'window', window }, time).windowOpen;

  it('is open from its due time on, on its own clocks, for as long as it says', () => {
    expect(at('2026-03-01T01:59:59Z')).toBe(false);
    expect(at('2026-03-01T02:00:00Z')).toBe(true);
    expect(at('2026-03-01T02:59:59Z')).toBe(true);
    expect(at('2026-03-01T03:00:00Z')).toBe(false);
    // In summer the same clock time is an hour earlier in UTC.
    expect(at('2026-07-05T01:30:00Z')).toBe(true);
  });

  it('never opens, and says so, where its cron or its zone is none', () => {
    const wrong = { cron: '0 25 * * *', durationMinutes: 60, timeZone: 'Europe/Nowhere' };
    expect(policy({ pods: 'window', window: wrong }).windowOpen).toBe(false);
    expect(windowProblems({ pods: 'window', window: wrong })).toEqual([
      expect.stringMatching(/^spec.updates.window.cron: .*never opens/),
      expect.stringMatching(/^spec.updates.window.timeZone: .*never opens/),
    ]);
    expect(windowProblems({ pods: 'window', window })).toEqual([]);
  });

  it('means nothing where pods do not wait for it', () => {
    expect(policy({ pods: 'automatic' }).windowOpen).toBe(false);
  });
});

describe('the primary', () => {
  it.each<[string, boolean, Updates, string?]>([
    ['may be touched at once', true, { pods: 'automatic' }],
    ['may be touched in the window', true, { pods: 'window', window }],
    ['waits for the window', false, { pods: 'window', window }, '2026-03-01T03:00:00Z'],
    ['waits for a request', false, { pods: 'onRequest' }],
    ['waits for a request where the spec says nothing', false, {}],
  ])('%s', (_what, expected, updates, time) => {
    expect(mayTouchPrimary(policy(updates, time))).toBe(expected);
  });

  it('may be touched when somebody asked, whatever it waits for', () => {
    for (const updates of [{ pods: 'window', window }, { pods: 'onRequest' }, {}] as const)
      expect(mayTouchPrimary(policy(updates, '2026-03-01T03:00:00Z', true))).toBe(true);
  });
});
