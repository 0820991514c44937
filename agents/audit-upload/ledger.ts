import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { syncDirectory } from '@howdah/runtime/state-file';
import * as z from 'zod';
import { auditErrors } from './errors.ts';

const count = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** See docs/formats/audit-state.md. */
const ledgerEntry = z.object({
  format: z.literal(1),
  sequence: z.int().positive(),
  provenAt: z.iso.datetime(),
  segment: z.object({ key: z.string(), bytes: count, sha256 }),
  manifest: z.object({ key: z.string(), sha256 }),
  records: count,
  /** Records of this and all segments before. */
  recordsTotal: count,
});
export type LedgerEntry = z.infer<typeof ledgerEntry>;

/** What was read back from the store: append-only, one JSON line each, fsynced before anything is pruned. */
export interface Ledger {
  /** The newest entry; undefined before the first. */
  readonly head: LedgerEntry | undefined;
  append(entry: LedgerEntry): Promise<void>;
}

/** Longer than any line: key and digests. */
const tailBytes = 64 * 1024;

/** Opens the ledger at `path`, cutting off a last line that a crash tore: its segment is proven again. */
export const openLedger = async (path: string): Promise<Ledger> => {
  const { entry, wholeBytes } = await readTail(path);
  let head = entry;
  let length = wholeBytes;
  return {
    get head() {
      return head;
    },
    append: async (next) => {
      if (next.sequence !== (head?.sequence ?? 0) + 1)
        throw new HowdahError(
          auditErrors.stateDamaged,
          `the ledger ${path} ends at ${head?.sequence ?? 0}; ${next.sequence} cannot follow`,
        );
      const bytes = Buffer.from(`${JSON.stringify(next)}\n`);
      try {
        const file = await open(path, 'r+');
        try {
          await file.truncate(length);
          await file.writev([bytes], length);
          await file.sync();
        } finally {
          await file.close();
        }
      } catch (error) {
        throw new HowdahError(auditErrors.stateUnwritable, `cannot write ${path}`, { cause: error });
      }
      length += bytes.length;
      head = next;
    },
  };
};

const readTail = async (
  path: string,
): Promise<{ readonly entry: LedgerEntry | undefined; readonly wholeBytes: number }> => {
  const file = await open(path, 'a+', 0o600);
  try {
    await syncDirectory(dirname(path));
    const { size } = await file.stat();
    const from = Math.max(0, size - tailBytes);
    const { buffer } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const end = buffer.lastIndexOf(0x0a) + 1;
    if (end === 0 && from > 0) throw new Error('no line ends in its last 64 KiB');
    if (end === 0) return { entry: undefined, wholeBytes: 0 };
    const start = buffer.subarray(0, end - 1).lastIndexOf(0x0a) + 1;
    const entry = ledgerEntry.parse(JSON.parse(buffer.toString('utf8', start, end)));
    return { entry, wholeBytes: from + end };
  } catch (error) {
    throw new HowdahError(auditErrors.stateDamaged, `cannot read the ledger ${path}`, { cause: error });
  } finally {
    await file.close();
  }
};
