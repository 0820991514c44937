import { open } from 'node:fs/promises';

const MOST_BYTES = 64 * 1024;

/** The last lines of a log file, of at most 64 KiB; a file that is not there has none. */
export const tailOf = async (path: string, lines: number): Promise<string> => {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - MOST_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').slice(-lines).join('\n');
  } finally {
    await file.close();
  }
};
