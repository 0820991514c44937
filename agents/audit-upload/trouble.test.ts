import { HowdahError } from '@howdah/core/errors';
import type { Logger } from '@howdah/runtime/logger';
import pino from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { auditErrors } from './errors.ts';
import { Trouble } from './trouble.ts';

describe('trouble that lasts', () => {
  let said: { level: number; msg: string; error?: string; code?: string; failures: number }[];
  let trouble: Trouble;
  beforeEach(() => {
    said = [];
    const logger: Logger = pino({}, { write: (line: string) => void said.push(JSON.parse(line)) });
    trouble = new Trouble(logger, 'delivering', { initialMs: 1_000, maxMs: 4_000 }, () => 1);
  });
  const fail = (time: number) =>
    trouble.failed(new HowdahError(auditErrors.notProven, `cannot upload\nTime: ${time}`));

  it('is told at first, louder at the third time, and then no more', () => {
    for (let time = 0; time < 9; time += 1) fail(time);
    expect(said.map(({ level, failures }) => [level, failures])).toEqual([
      [40, 1],
      [50, 3],
    ]);
    expect(said[0]).toMatchObject({ msg: 'delivering does not work', code: 'HOWDAH_AUDIT_NOT_PROVEN' });
  });

  it('waits longer and longer, up to its bound', () =>
    expect([0, 1, 2, 3, 4].map(fail)).toEqual([1_000, 2_000, 4_000, 4_000, 4_000]));

  it('is told again when it is another', () => {
    fail(0);
    trouble.failed(new HowdahError(auditErrors.chainConflict, 'taken'));
    expect(said.map(({ code }) => code)).toEqual(['HOWDAH_AUDIT_NOT_PROVEN', 'HOWDAH_AUDIT_CHAIN_CONFLICT']);
  });

  it('shows one line of what it is, and nothing once it is over, which is told once', () => {
    fail(0);
    expect(trouble.message).toBe('cannot upload');
    trouble.over();
    trouble.over();
    expect(trouble.message).toBeUndefined();
    expect(said.at(-1)).toMatchObject({ msg: 'delivering works again', failures: 1 });
    expect(said).toHaveLength(2);
    expect(fail(1)).toBe(1_000);
  });
});
