import type { Patroni } from '../patroni/patroni.ts';
import type { Pod } from '../patroni/pods.ts';

/** A file that takes all that is left of a volume; gone when disposed of. */
export interface Filler extends AsyncDisposable {
  remove(): Promise<void>;
}

/** Fills the volume that the postgres container has at `directory` to the last block. */
export const fillVolume = async (patroni: Patroni, { name }: Pod, directory: string): Promise<Filler> => {
  const file = `${directory}/filler`;
  // First in large pieces, then by the block; both end with "No space left on device", and that it is full is checked.
  const script = [
    `dd if=/dev/zero bs=1M >>${file} 2>/dev/null`,
    `dd if=/dev/zero bs=4k >>${file} 2>/dev/null`,
    `df --output=avail -B1 ${directory} | tail -1`,
  ].join('; ');
  const available = Number(
    await patroni.exec(name, 'postgres', ['sh', '-c', script], { timeoutMs: 120_000 }),
  );
  if (!(available < 65_536)) throw new Error(`${directory} of ${name} still has ${available} bytes`);
  const remove = async () => {
    await patroni.exec(name, 'postgres', ['rm', '-f', file]);
  };
  return { remove, [Symbol.asyncDispose]: remove };
};
