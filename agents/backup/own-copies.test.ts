import { describe, expect, it } from 'vitest';
import { behindShared, inShared } from './own-copies.ts';
import { at, dueOf, viewOf } from './testing/samples.ts';

const views = [viewOf([]), viewOf([], { repo: 2, ownCopy: true })];
const shared = dueOf('full', at('01T01:00'));
const copy = dueOf('full', at('01T01:00'), { repo: 2 });
const other = dueOf('incr', at('01T02:00'), { repo: 2 });

describe('a copy of this member’s own', () => {
  it('gets its backup once the shared repositories have theirs', () => {
    expect(behindShared([copy, shared, other], views)).toEqual([shared, other]);
    expect(behindShared([copy], views)).toEqual([copy]);
  });

  it('has nothing overdue', () => {
    expect(inShared([shared, copy, other], views)).toEqual([shared]);
  });
});
