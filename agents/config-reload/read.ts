import { createHash } from 'node:crypto';
import { open, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { type SourceFile, sourceFile } from '@howdah/status/config-reload';
import { configReloadErrors } from './errors.ts';
import type { Problem } from './problem.ts';

export const sourceFiles: readonly SourceFile[] = sourceFile.options;

/** One mounted file as it was found. */
export type Source =
  | { readonly state: 'absent' }
  | { readonly state: 'read'; readonly text: string; readonly digest: string }
  | { readonly state: 'unreadable'; readonly problem: Problem };

export type Sources = Readonly<Record<SourceFile, Source>>;

/** A ConfigMap holds at most 1 MiB; a larger file is noise. */
const largestBytes = 1024 * 1024;
/** A swap takes milliseconds; more in a row than this, and the next look will see the end of it. */
const mostTries = 5;

/**
 * Reads the three files as of one moment: if the mount's `..data` link is swapped while it reads, it begins
 * again. What is wrong with a file is told in place of its text.
 *
 * @throws HowdahError when there is no such directory: no file in it is a choice, no directory an accident.
 */
export const readSources = async (directory: string): Promise<Sources> => {
  await mustBeThere(directory);
  for (let tries = 1; ; tries += 1) {
    const before = await dataDirectory(directory);
    const [postgresql, hba, pgaudit] = await Promise.all([
      readSource(before, 'postgresql.conf'),
      readSource(before, 'pg_hba.conf'),
      readSource(before, 'pgaudit.conf'),
    ]);
    if ((await dataDirectory(directory)) === before || tries === mostTries)
      return { 'postgresql.conf': postgresql, 'pg_hba.conf': hba, 'pgaudit.conf': pgaudit };
  }
};

/** sha256 over what is there; the same for the same contents, whatever the mount did in between. */
export const digestOfSources = (sources: Sources): string => {
  const hash = createHash('sha256');
  for (const file of sourceFiles) {
    const source = sources[file];
    if (source.state === 'read') hash.update(`${file}\0${source.digest}\0`);
    if (source.state === 'unreadable') hash.update(`${file}\0${source.problem.message}\0`);
  }
  return hash.digest('hex');
};

export const digestOfText = (text: string): string => createHash('sha256').update(text).digest('hex');

const mustBeThere = async (directory: string): Promise<void> => {
  try {
    await readdir(directory);
  } catch (error) {
    throw new HowdahError(
      configReloadErrors.sourceUnreadable,
      `cannot read ${directory} (HOWDAH_POSTGRES_SOURCE_DIR), where the source files should be`,
      { cause: error },
    );
  }
};

/** Where the mount's files really lie now; a directory that is no mount stands for itself. */
const dataDirectory = async (directory: string): Promise<string> => {
  try {
    return await realpath(join(directory, '..data'));
  } catch {
    return directory;
  }
};

const readSource = async (directory: string, file: SourceFile): Promise<Source> => {
  const unreadable = (message: string): Source => ({ state: 'unreadable', problem: { file, message } });
  try {
    await using handle = await open(join(directory, file), 'r');
    const info = await handle.stat();
    if (info.isDirectory()) return unreadable('is a directory where a file should be');
    if (info.size > largestBytes)
      return unreadable(`has ${info.size} bytes; at most ${largestBytes} are read`);
    return sourceOf(file, await handle.readFile());
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? { state: 'absent' }
      : unreadable(`cannot be read (${String(code ?? error)})`);
  }
};

/** Takes a byte order mark and carriage returns away; what cannot be a text of settings is refused. */
const sourceOf = (file: SourceFile, bytes: Uint8Array): Source => {
  const unreadable = (message: string): Source => ({ state: 'unreadable', problem: { file, message } });
  if (bytes.length === 0)
    return unreadable(
      'is empty; where no setting is meant, write a comment into it, so that it is no accident',
    );
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return unreadable('is not UTF-8 text');
  }
  if (text.includes('\0')) return unreadable('contains a zero byte');
  const plain = text.replaceAll('\r\n', '\n');
  return { state: 'read', text: plain, digest: digestOfText(plain) };
};
