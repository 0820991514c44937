import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import { readSources } from './read.ts';

describe('the source directory', () => {
  it('that is not there is told by name, with the variable that says where it is', async () => {
    await expect(readSources('/none/such')).rejects.toMatchObject({
      code: 'HOWDAH_CONFIG_RELOAD_SOURCE_UNREADABLE',
      message: expect.stringMatching(/\/none\/such \(HOWDAH_POSTGRES_SOURCE_DIR\)/),
    });
  });

  it('without a file is somebody’s choice', async () => {
    await using root = await temporaryDirectory();
    expect(Object.values(await readSources(root.path)).map(({ state }) => state)).toEqual([
      'absent',
      'absent',
      'absent',
    ]);
  });
});
