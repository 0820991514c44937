import { createLogger } from '@howdah/runtime/logger';
import { fakeClock } from '@howdah/testing/fake-clock';
import { describe, expect, it } from 'vitest';
import type { RepositoryStorage } from '../repository/storage.ts';
import type { SeenBackup } from '../repository/views.ts';
import { at, backupOf, dueOf, viewOf } from '../testing/samples.ts';
import { createMakeRoom, type WhenFull } from './make-room.ts';

const quiet = new AbortController().signal;
const due = dueOf('full', at('02T01:00'));
const full = (more: Partial<SeenBackup> = {}): SeenBackup => ({
  ...backupOf('full', at('01T01:00'), { repositoryDeltaBytes: 100 }),
  ...more,
});
const roomOf = (availableBytes: number) => ({ sizeBytes: 1_000, availableBytes });

/** A volume as it is found at each look, the last of them for ever. */
const volume = (whenFull: WhenFull, looks: readonly Partial<RepositoryStorage>[], backup = full()) => {
  const left = [...looks];
  const expired: number[] = [];
  const makeRoom = createMakeRoom({
    ...{ stanza: 'main', whenFull, clock: fakeClock() },
    logger: createLogger('test', { level: 'silent' }),
    storage: {
      look: async () => {
        const look = (left.length > 1 ? left.shift() : left[0]) ?? {};
        return [{ repo: 1, retentionSet: true, ...look }];
      },
    },
    repository: { expire: async (repo) => void expired.push(repo) },
    repositories: { read: async () => undefined, views: () => [viewOf([backup])] },
  });
  return { expired, makeRoom: () => makeRoom(due, quiet) };
};

describe('before a backup', () => {
  it('a store without a volume, and a volume with room, are left alone', async () => {
    for (const look of [{}, { room: roomOf(100) }]) {
      const { makeRoom, expired } = volume('expire-first', [look]);
      await makeRoom();
      expect(expired).toEqual([]);
    }
  });

  it('a volume without room is told with its bytes, and nothing goes unless that was said', async () => {
    const { makeRoom, expired } = volume('fail', [{ room: roomOf(99) }]);
    await expect(makeRoom()).rejects.toMatchObject({
      code: 'HOWDAH_BACKUP_NO_ROOM',
      message: expect.stringMatching(/repo1 has 99 bytes free, and a full is expected to take 100;/),
    });
    expect(expired).toEqual([]);
  });

  it('what retention no longer keeps goes once, and then it is looked again', async () => {
    const enough = volume('expire-first', [{ room: roomOf(99) }, { room: roomOf(100) }]);
    await enough.makeRoom();
    expect(enough.expired).toEqual([1]);
    const short = volume('expire-first', [{ room: roomOf(10) }, { room: roomOf(20) }]);
    await expect(short.makeRoom()).rejects.toThrow(
      /20 bytes free, .* 100 after what retention no longer keeps/,
    );
    expect(short.expired).toEqual([1]);
  });

  it('nothing goes where no retention is set, or where it would keep a superseded full in place of a good one', async () => {
    const unset = volume('expire-first', [{ retentionSet: false, room: roomOf(1) }]);
    await expect(unset.makeRoom()).rejects.toThrow(/no retention is set \(repo1-retention-full\)/);
    const superseded = volume('expire-first', [{ room: roomOf(1) }], full({ superseded: 'left-behind' }));
    await expect(superseded.makeRoom()).rejects.toThrow(/is superseded/);
    expect([...unset.expired, ...superseded.expired]).toEqual([]);
  });
});
