import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import { availableBytesOf, roomProblem } from './room.ts';

describe('the volume of the log', () => {
  it('is full when the next second of a busy server has no room', () => {
    expect(roomProblem('/log', 1024 * 1024)).toBeUndefined();
    expect(roomProblem('/log', 1024 * 1024 - 1)).toMatch(/^room on the volume of \/log: it is full/);
    expect(roomProblem('/log', 20 * 1024)).toContain('20.0 KiB left');
  });

  it('is asked how much room it has', async () => {
    await using directory = await temporaryDirectory();
    expect(await availableBytesOf(directory.path)).toBeGreaterThan(0);
    await expect(availableBytesOf('/nowhere')).rejects.toMatchObject({
      code: 'HOWDAH_LOG_DIRECTORY_UNREADABLE',
    });
  });
});
