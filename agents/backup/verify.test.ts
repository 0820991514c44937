import { describe, expect, it } from 'vitest';
import { initialId } from './model.ts';
import type { RunEnd } from './role/while-primary.ts';
import { at, backupOf, dueOf, viewOf } from './testing/samples.ts';
import { endingOf, type Proof, verifyRun } from './verify.ts';

const completed: RunEnd = { kind: 'completed' };
const taken = backupOf('full', at('01T01:00:02'));

const verify = (more: Partial<Proof>) =>
  verifyRun({
    run: { due: dueOf('full', at('01T01:00')), absorbs: [] },
    startedAt: at('01T01:00:01.500'),
    endedAt: at('01T01:05'),
    end: completed,
    repository: viewOf([taken]),
    ...more,
  });

describe('how a run ended', () => {
  it('is done when the repository shows the backup, by its label', () => {
    expect(verify({})).toMatchObject([{ outcome: 'done', label: taken.label }]);
  });

  it('is done even when pgBackRest failed after it, and says what failed', () => {
    const end: RunEnd = { kind: 'failed', error: new Error('expire: permission denied') };
    expect(verify({ end })).toMatchObject([
      { outcome: 'done', reason: 'the backup is there, but: expire: permission denied' },
    ]);
  });

  it('is done when the stop came too late', () => {
    expect(verify({ end: { kind: 'aborted', reason: 'replica now' } })).toMatchObject([{ outcome: 'done' }]);
  });

  it('is failed when pgBackRest said done and the repository does not show it', () => {
    const [outcome] = verify({ repository: viewOf([backupOf('full', at('01T00:30'))]) });
    expect(outcome).toMatchObject({ outcome: 'failed' });
    expect(outcome?.reason).toContain('the repository shows no such backup');
    expect(outcome).not.toHaveProperty('label');
  });

  it('is done when the clock was set back an hour meanwhile, by what the backup says of itself', () => {
    const annotations = { 'howdah-schedule': 'full-schedule', 'howdah-due': at('01T01:00').toISOString() };
    const backup = backupOf('full', at('01T00:00:02'), { annotations });
    expect(verify({ repository: viewOf([backup]) })).toMatchObject([
      { outcome: 'done', label: backup.label },
    ]);
    const smaller = backupOf('incr', at('01T00:00:02'), { annotations });
    expect(verify({ repository: viewOf([smaller]) })).toMatchObject([{ outcome: 'failed' }]);
  });

  it('is failed when a smaller backup than asked for is there', () => {
    expect(verify({ repository: viewOf([backupOf('incr', at('01T01:00:02'))]) })).toMatchObject([
      { outcome: 'failed' },
    ]);
  });

  it('is failed when the repository cannot be read to prove it', () => {
    const repository = viewOf([taken], { reachable: false, message: 'timed out' });
    expect(verify({ repository })).toMatchObject([
      { outcome: 'failed', reason: 'the repository could not be read to prove it: timed out' },
    ]);
    expect(verify({ repository: undefined })).toMatchObject([{ outcome: 'failed' }]);
  });

  it('is aborted with the reason', () => {
    expect(verify({ end: { kind: 'aborted', reason: 'replica now' }, repository: viewOf([]) })).toMatchObject(
      [{ outcome: 'aborted', reason: 'replica now' }],
    );
  });

  it('is cancelled only where the person’s word is why it ended', () => {
    const [stopped] = verify({ end: { kind: 'aborted', reason: 'by me' }, repository: viewOf([]) });
    const [lost] = verify({ end: { kind: 'aborted', reason: 'replica now' }, repository: viewOf([]) });
    const [done] = verify({ end: { kind: 'aborted', reason: 'by me' } });
    const cancelled = [stopped, lost, done].map((own) => own && endingOf(own, 'by me').cancelled);
    expect(cancelled).toEqual([true, undefined, undefined]);
  });

  it('names what it absorbed, only when done', () => {
    const run = { due: dueOf('full', at('01T01:00')), absorbs: [dueOf('incr', at('01T00:45'))] };
    expect(verify({ run })).toMatchObject([
      { outcome: 'done' },
      { outcome: 'absorbed', scheduleId: 'incr-schedule', label: taken.label },
    ]);
    expect(verify({ run, repository: viewOf([]) })).toMatchObject([{ outcome: 'failed' }]);
  });

  it('knows a first backup, which has no due time, by its start', () => {
    const due = dueOf('full', at('01T01:00:03'), { scheduleId: initialId });
    expect(verify({ run: { due, absorbs: [] } })).toMatchObject([{ outcome: 'done' }]);
  });
});
