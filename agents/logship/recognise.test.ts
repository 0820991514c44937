import { describe, expect, it } from 'vitest';
import { fingerprintOf } from './fingerprint.ts';
import type { FilePosition, LogFile } from './model.ts';
import { recognise } from './recognise.ts';

const file = (name: string, inode: string, sizeBytes: number): LogFile => ({
  name,
  path: `/log/${name}`,
  device: '1',
  inode,
  sizeBytes,
  modifiedMs: 0,
});

const seen = (name: string, inode: string, text: string) => ({
  file: file(name, inode, text.length),
  head: Buffer.from(text).subarray(0, 1_024),
});

const position = (name: string, inode: string, first: string, offsetBytes: number): FilePosition => ({
  name,
  device: '1',
  inode,
  offsetBytes,
  fingerprint: fingerprintOf(Buffer.from(first)),
});

const outcomes = (...input: Parameters<typeof recognise>) =>
  recognise(...input).map((one) =>
    one.kind === 'known'
      ? `${one.file.name} known at ${one.position.offsetBytes}${one.shrunk ? ' shrunk' : ''}`
      : `${one.file.name} ${one.kind}`,
  );

describe('a file is', () => {
  it('known by its first record when it has grown', () =>
    expect(outcomes([seen('a', '7', 'first,more')], [position('a', '7', 'first', 5)])).toEqual([
      'a known at 5',
    ]));

  it('known after the volume came back with other inode numbers', () =>
    expect(outcomes([seen('a', '99', 'first,more')], [position('a', '7', 'first', 5)])).toEqual([
      'a known at 5',
    ]));

  it('known under another name', () =>
    expect(outcomes([seen('b', '7', 'first,more')], [position('a', '7', 'first', 5)])).toEqual([
      'b known at 5',
    ]));

  it('new when it begins otherwise, whatever its name and inode', () =>
    expect(outcomes([seen('a', '7', 'other,more')], [position('a', '7', 'first', 5)])).toEqual(['a new']));

  it('new while it is too short to tell', () =>
    expect(outcomes([seen('a', '7', 'fi')], [position('a', '7', 'first', 5)])).toEqual(['a new']));

  it('read on from its new end when it has lost its old one', () =>
    expect(outcomes([seen('a', '7', 'first,mo')], [position('a', '7', 'first', 10)])).toEqual([
      'a known at 8 shrunk',
    ]));

  it('a copy when the original is still there, looked into or not', () => {
    const original = position('a', '7', 'first', 5);
    expect(outcomes([seen('a', '7', 'first,more'), seen('b', '8', 'first,more')], [original])).toEqual([
      'a known at 5',
      'b copy',
    ]);
    expect(outcomes([seen('b', '8', 'first,more')], [], [original])).toEqual(['b copy']);
  });

  it('where reading goes on when copytruncate took the original away', () =>
    expect(
      outcomes([seen('a', '7', 'new'), seen('a.1', '8', 'first,more')], [position('a', '7', 'first', 5)]),
    ).toEqual(['a new', 'a.1 known at 5']));
});
