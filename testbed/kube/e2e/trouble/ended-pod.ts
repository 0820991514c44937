import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { StoredRecord } from '@howdah/audit-upload/testing/read-store';
import * as z from 'zod';
import { severitiesIn } from '../oracles/csv-severities.ts';
import type { Patroni } from '../patroni/patroni.ts';

/** Where a volume lies on this machine, so that it can be read while no pod has it. */
const volumeOf = async (patroni: Patroni, claim: string): Promise<string> => {
  const pv = await patroni.kubectl(['get', 'pvc', claim, '-o', 'jsonpath={.spec.volumeName}']);
  return patroni.kubectl(['get', 'pv', pv, '-o', 'jsonpath={.spec.local.path}']);
};

/** Ends the only member's pod, and waits until nothing of it is left. */
export const endPod = async (patroni: Patroni): Promise<void> => {
  await patroni.kubectl(['scale', 'statefulset/patroni', '--replicas=0']);
  const isGone = async () => (await patroni.kubectl(['get', 'pods', '-o', 'name'])).trim() === '';
  await patroni.waitFor('the pod to be gone', isGone, 150_000);
};

/** Starts it when it does not run. */
export const startPod = async (patroni: Patroni): Promise<void> => {
  await patroni.kubectl(['scale', 'statefulset/patroni', '--replicas=1']);
  await patroni.rolledOut();
};

/** Text of each csvlog file on the volume, by name. */
export const endedLogs = async (patroni: Patroni): Promise<Readonly<Record<string, string>>> => {
  const directory = await volumeOf(patroni, 'log-patroni-0');
  const names = (await readdir(directory)).filter((name) => name.endsWith('.csv')).sort();
  const texts = names.map(async (name) => [name, await readFile(join(directory, name), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(texts));
};

/** docs/formats/logship.md */
const checkpoint = z.object({
  files: z.array(z.object({ name: z.string(), offsetBytes: z.int() })),
  counts: z.object({
    files: z.array(z.object({ file: z.string(), severities: z.record(z.string(), z.int()) })),
  }),
});

/** What logship had counted when it ended: for each file how far, and how many of each severity. */
export const endedCounts = async (patroni: Patroni) => {
  const path = join(await volumeOf(patroni, 'data-patroni-0'), 'howdah/logship/checkpoint.json');
  const { files, counts } = checkpoint.parse(JSON.parse(await readFile(path, 'utf8')));
  return Object.fromEntries(
    counts.files.map(({ file, severities }) => {
      const bytes = files.find(({ name }) => basename(name) === file)?.offsetBytes;
      return [
        file,
        { bytes, severities: Object.fromEntries(Object.entries(severities).filter(([, n]) => n)) },
      ];
    }),
  );
};

/** The same of the files themselves, by another reader. */
export const countsOf = (logs: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(logs).map(([name, text]) => [
      name,
      { bytes: Buffer.byteLength(text), severities: severitiesIn(text) },
    ]),
  );

/** What has left by a file sink in the state directory. */
export const shippedMessages = async (patroni: Patroni, file: string): Promise<readonly string[]> => {
  const text = await readFile(join(await volumeOf(patroni, 'data-patroni-0'), 'howdah', file), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly message: string }).message);
};

/** Records of the segments in the bucket, whose objects are files on this machine. */
export const bucketRecords = async (patroni: Patroni): Promise<readonly StoredRecord[]> => {
  const { directory, buckets } = await patroni.cluster.store('s3', patroni.signal);
  return segmentsBelow(join(directory, buckets.audit, patroni.namespace));
};

/** Records of sealed segments in the state directory, which wait for the store. */
export const waitingRecords = async (patroni: Patroni): Promise<readonly StoredRecord[]> =>
  segmentsBelow(join(await volumeOf(patroni, 'data-patroni-0'), 'howdah/audit-upload/chains'));

const segmentsBelow = async (directory: string): Promise<readonly StoredRecord[]> => {
  const found = await readdir(directory, { recursive: true });
  const segments = found.filter((name) => name.endsWith('.jsonl.gz')).sort();
  const texts = segments.map(async (name) => gunzipSync(await readFile(join(directory, name))).toString());
  return (await Promise.all(texts)).flatMap((text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as StoredRecord),
  );
};
