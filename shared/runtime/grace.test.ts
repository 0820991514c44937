import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { givenUpAfterMs, gracePlan } from './grace.ts';

describe('the time before SIGKILL', () => {
  it('is the agents’ alone where no PostgreSQL is waited for', () => {
    expect(gracePlan(30_000, false)).toEqual({ postgresMs: 0, lastWorkMs: 15_000, agentsMs: 25_000 });
    expect(givenUpAfterMs(15_000)).toBe(20_000);
  });

  it('is half PostgreSQL’s, and each bound lies inside the next', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5_000, max: 3_600_000 }), (graceMs) => {
        const { postgresMs, lastWorkMs, agentsMs } = gracePlan(graceMs, true);
        expect(postgresMs).toBe(graceMs / 2);
        expect(lastWorkMs).toBeLessThan(givenUpAfterMs(lastWorkMs));
        expect(givenUpAfterMs(lastWorkMs)).toBeLessThan(agentsMs);
        expect(postgresMs + agentsMs).toBeLessThan(graceMs);
      }),
    );
  });
});
