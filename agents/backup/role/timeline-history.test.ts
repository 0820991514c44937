import { describe, expect, it } from 'vitest';
import { createTimelineHistory } from './timeline-history.ts';

const signal = new AbortController().signal;

describe('the timelines that ended', () => {
  it('are told with their end as PostgreSQL writes it, and stay known while Patroni is silent', async () => {
    let silent = false;
    const history = createTimelineHistory({
      history: async () => {
        if (silent) throw new Error('connection refused');
        return [{ timeline: 1, endLsn: 0x16b374d848n, endedAt: '2026-03-01T10:00:00.123456+01:00' }];
      },
    });
    expect(history.known()).toBeUndefined();
    await history.read(signal);
    silent = true;
    await history.read(signal);
    expect(history.known()).toEqual([
      { timeline: 1, endLsn: '16/B374D848', endedAt: '2026-03-01T09:00:00.123Z' },
    ]);
  });

  it('are not known without Patroni', async () => {
    const history = createTimelineHistory(undefined);
    await history.read(signal);
    expect(history.known()).toBeUndefined();
  });
});
