import { describe, expect, it } from 'vitest';
import { parseGucNumber } from './guc-number.ts';
import { type GucType, parseBool, sameValue, valueProblem } from './guc-value.ts';

const type = (vartype: GucType['vartype'], more: Partial<GucType> = {}): GucType => ({
  vartype,
  unit: null,
  min: null,
  max: null,
  words: null,
  ...more,
});
const workMem = type('integer', { unit: 'kB', min: '64', max: '2147483647' });
const sharedBuffers = type('integer', { unit: '8kB', min: '16', max: '1073741823' });
const autovacuumDelay = type('real', { unit: 'ms', min: '-1', max: '100' });

// apply.pg.test.ts asks a real server the same.
describe('a number with a unit', () => {
  it.each([
    ['64MB', 'kB', 65_536],
    ['65536', 'kB', 65_536],
    [' 64 MB ', 'kB', 65_536],
    ['1.5GB', 'kB', 1_572_864],
    ['1e3', 'kB', 1_000],
    ['0x10', null, 16],
    ['010', null, 8],
    ['128MB', '8kB', 16_384],
    ['100kB', '8kB', 12],
    ['108kB', '8kB', 14],
    ['1GB', 'MB', 1_024],
    ['1min', 's', 60],
    ['90s', 'min', 2],
    ['2h', 'ms', 7_200_000],
    ['500us', 'ms', 0],
    ['0.001d', 'ms', 0],
    ['0.1d', 'ms', 7_200_000],
    ['-1', 'min', -1],
  ])('%s in %s is %i', (text, unit, expected) => {
    expect(parseGucNumber(text, 'integer', unit)).toEqual({ ok: true, value: expected });
  });

  it.each([
    ['64mb', 'kB'],
    ['64M', 'kB'],
    ['5s', 'kB'],
    ['5MB', 's'],
    ['5MB', null],
    ['lots', 'kB'],
    ['', 'kB'],
    ['1_000', null],
  ])('%j in %s is none', (text, unit) => {
    expect(parseGucNumber(text, 'integer', unit).ok).toBe(false);
  });
});

describe('a value', () => {
  it.each([
    [workMem, '63kB', 'is outside 64 to 2147483647 (in kB)'],
    [workMem, '10TB', 'is outside 64 to 2147483647 (in kB)'],
    [workMem, '4mb', 'is not a whole number, with a unit or none: B, kB, MB, GB, TB'],
    [autovacuumDelay, '2min', 'is outside -1 to 100 (in ms)'],
    [autovacuumDelay, '2 parsecs', 'is not a number, with a unit or none: us, ms, s, min, h, d'],
    [type('bool'), 'maybe', 'is neither on nor off'],
  ])('that is wrong is told what would be right (%#)', (of, text, problem) => {
    expect(valueProblem(of, text)).toBe(problem);
  });

  it('that the server alone can judge is left to it', () => {
    expect(valueProblem(type('enum', { words: ['on', 'off'] }), 'yes')).toBeUndefined();
    expect(valueProblem(type('string'), 'anything')).toBeUndefined();
  });

  it.each([
    [workMem, '64MB', '65536', true],
    [workMem, '64MB', '65537', false],
    [sharedBuffers, '128MB', '16384', true],
    [type('real'), '1.1', '1.1000001', true],
    [type('real'), '1.1', '1.2', false],
    [autovacuumDelay, '2ms', '2', true],
    [type('bool'), 'yes', 'on', true],
    [type('bool'), 'f', 'on', false],
    [type('enum'), 'REPLICA', 'replica', true],
    [type('string'), 'ISO, DMY', 'iso, dmy', false],
  ])('is compared by what it means (%#)', (of, left, right, same) => {
    expect(sameValue(of, left, right)).toBe(same);
  });

  it.each([
    ['on', true],
    ['T', true],
    ['ye', true],
    ['1', true],
    ['of', false],
    ['N', false],
    ['0', false],
    ['o', undefined],
    ['onn', undefined],
    ['', undefined],
  ])('of a switch, %j, is %s', (text, value) => {
    expect(parseBool(text)).toBe(value);
  });
});
