import { createHash } from 'node:crypto';
import * as z from 'zod';

const count = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const instant = z.iso.datetime();
const recordMark = z.object({ file: z.string(), offset: count, logTime: z.string().exactOptional() });

/** The newest proven segment of the chain before, and why that one ended. */
export const formerHead = z.object({
  chain: z.string(),
  /** 0 when nothing of it was proven. */
  sequence: count,
  /** Of its manifest; absent when nothing was proven. */
  sha256: sha256.exactOptional(),
  why: z.literal('destination-changed'),
});
export type FormerHead = z.infer<typeof formerHead>;

/** See docs/formats/audit-manifest.md. */
export const manifestSchema = z.object({
  format: z.literal(1),
  chain: z.string().min(1),
  sequence: z.int().positive(),
  /** The manifest before this one, by the hash of its bytes; null in the first of a chain. */
  previous: z.object({ sequence: z.int().positive(), sha256 }).nullable(),
  /** In the first of a chain that continues another. */
  follows: formerHead.exactOptional(),
  member: z.string(),
  sealedAt: instant,
  segment: z.object({
    key: z.string().min(1),
    compression: z.literal('gzip'),
    /** Of the object as stored. */
    bytes: count,
    sha256,
    /** Of what is inside. */
    contentBytes: count,
    contentSha256: sha256,
  }),
  records: z.int().positive(),
  /** When its first record was taken from the log. */
  collectedSince: instant,
  first: recordMark,
  last: recordMark,
});
export type Manifest = z.infer<typeof manifestSchema>;

export type ParsedManifest =
  | { readonly ok: true; readonly manifest: Manifest }
  | { readonly ok: false; readonly problem: string };

/** The bytes that are stored, and hashed by the next manifest. */
export const manifestBytes = (manifest: Manifest): Buffer =>
  Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);

export const parseManifest = (bytes: Uint8Array): ParsedManifest => {
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return { ok: false, problem: 'it is not JSON' };
  }
  const parsed = manifestSchema.safeParse(content);
  if (parsed.success) return { ok: true, manifest: parsed.data };
  const [issue] = parsed.error.issues;
  return { ok: false, problem: `${issue?.path.join('.') || 'it'}: ${issue?.message}` };
};

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
