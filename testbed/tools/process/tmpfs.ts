import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { databaseUser, runAs } from '@howdah/testing/run-as';

const root = { name: 'root', uid: 0, gid: 0, home: '/root' };

const isMounted = (path: string): boolean =>
  readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .some((line) => line.split(' ')[1] === path);

/**
 * Mounts a file system in memory at `path`, owned by the database user.
 *
 * @returns false where we may not mount: not root, or a container without the right to.
 */
export const mountTmpfs = async (path: string, sizeMiB: number): Promise<boolean> => {
  if (userInfo().uid !== 0) return false;
  const user = databaseUser();
  const options = `size=${sizeMiB}m,mode=0750,uid=${user.uid},gid=${user.gid}`;
  try {
    await runAs(root, 'mount', ['-t', 'tmpfs', '-o', options, 'howdah', path]);
    return true;
  } catch {
    return false;
  }
};

/** Unmounts `path` if it is a mount, even where a straggler still has a file open there. */
export const unmount = async (path: string): Promise<void> => {
  if (isMounted(path)) await runAs(root, 'umount', ['--lazy', path]);
};
