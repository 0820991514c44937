import { chmod, mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInNode } from '../node/commands.ts';

/** XFS is made of no less. */
const leastBytes = 300 * 2 ** 20;

/** The places that volumes are kept in: a directory each, and for a sized one a file system mounted there. */
export class VolumeDirectories {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  path(name: string): string {
    return join(this.#root, name);
  }

  #image(name: string): string {
    return join(this.#root, `${name}.xfs`);
  }

  /** Safe to repeat after it failed half way. */
  async create(name: string, sized: boolean, sizeBytes: number, signal: AbortSignal): Promise<void> {
    const path = this.path(name);
    await mkdir(path, { recursive: true });
    if (sized) {
      const image = this.#image(name);
      await writeFile(image, '');
      await truncate(image, Math.max(sizeBytes, leastBytes));
      await runInNode('mkfs.xfs', ['-q', '-f', image], signal);
      await runInNode('mount', ['-o', 'loop', image, path], signal);
    }
    // A pod with an fsGroup gets it from the kubelet; one without must be able to write all the same.
    await chmod(path, 0o777);
  }

  /** A plain directory has room as long as the disk has. */
  async grow(name: string, sized: boolean, sizeBytes: number, signal: AbortSignal): Promise<void> {
    if (!sized) return;
    const image = this.#image(name);
    await truncate(image, Math.max(sizeBytes, leastBytes));
    const found = await runInNode('losetup', ['--noheadings', '-O', 'NAME', '-j', image], signal);
    const device = found.trim();
    await runInNode('losetup', ['--set-capacity', device], signal);
    // Of the file systems that grow while they are in use, XFS wants no CAP_SYS_RESOURCE; ext4 does.
    await runInNode('xfs_growfs', [this.path(name)], signal);
  }

  async remove(name: string, signal: AbortSignal): Promise<void> {
    // Lazily: the kubelet may be just about to let go of it. A plain directory is no mount, and umount says so.
    await runInNode('umount', ['--lazy', this.path(name)], signal).catch(() => undefined);
    await rm(this.#image(name), { force: true });
    await rm(this.path(name), { recursive: true, force: true });
  }
}
