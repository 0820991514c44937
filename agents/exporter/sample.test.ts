import { describe, expect, it } from 'vitest';
import { Snapshot } from './sample.ts';

const held = { text: 'pg_x 1\n', series: 1, dropped: 0, sampledAt: new Date(0) };

describe('the samples that are served', () => {
  it('go stale three intervals after their collector was due', () => {
    const snapshot = new Snapshot(15_000);
    snapshot.put({ id: 'quick', startedAtMs: 0, durationMs: 0, held });
    snapshot.put({ id: 'slow', startedAtMs: 0, durationMs: 2_000, held });
    expect(snapshot.fresh(45_000).map(({ id }) => id)).toEqual(['quick', 'slow']);
    expect(snapshot.fresh(45_001).map(({ id }) => id)).toEqual(['slow']);
    expect(snapshot.fresh(85_001)).toEqual([]);
  });

  it('are gone when their collector is forgotten', () => {
    const snapshot = new Snapshot(15_000);
    snapshot.put({ id: 'quick', startedAtMs: 0, durationMs: 0, held });
    snapshot.forget('quick');
    expect(snapshot.fresh(0)).toEqual([]);
  });
});
