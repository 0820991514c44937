import { describe, expect, it } from 'vitest';
import { chainName, manifestKey, segmentKey, sequenceOfKey } from './name.ts';

const at = new Date('2026-03-01T01:02:03.456Z');

describe('the name of a chain', () => {
  it('says which member and when', () =>
    expect(chainName('pg-0', at, '5f3a9c')).toBe('pg-0-20260301T010203Z-5f3a9c'));
  it('is one part of a path, whatever the member is called', () => {
    expect(chainName('a/b c', at, 'x')).toBe('a_b_c-20260301T010203Z-x');
    expect(chainName('../..', at, 'x')).not.toMatch(/^\.|\//);
  });
});

describe('keys', () => {
  it('of segments say day, number and digest', () =>
    expect(segmentKey('prod', 'c', 7, at, 'abcdef0123456789')).toBe(
      'prod/c/2026/03/01/0000000007-abcdef012345.jsonl.gz',
    ));
  it('of manifests follow from the number, and give it back', () => {
    const key = manifestKey('prod/a', 'c', 42);
    expect(key).toBe('prod/a/c/0000000042.manifest.json');
    expect(sequenceOfKey('prod/a', 'c', key)).toBe(42);
  });
  it('of other chains and of segments are no manifests of this one', () => {
    expect(sequenceOfKey('prod', 'c', manifestKey('prod', 'd', 1))).toBeUndefined();
    expect(sequenceOfKey('prod', 'c', segmentKey('prod', 'c', 1, at, 'abcdef0123456789'))).toBeUndefined();
  });
});
