import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chainPrefix } from '@howdah/audit-upload/name';
import { auditRecordsIn } from '@howdah/audit-upload/testing/log-writer';
import { placesOf, type StoredRecord, storedRecords } from '@howdah/audit-upload/testing/read-store';
import { s3Store } from '@howdah/audit-upload/testing/s3';
import { verifyChain } from '@howdah/audit-upload/verify';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { expect } from 'vitest';
import type { Members } from '../patroni/members.ts';
import type { Pod } from '../patroni/pods.ts';
import { logFileSizes, readLogFile } from './log-files.ts';

/** Small, young segments, so that many are under way whenever something breaks; values of the chart. */
export const smallSegments = {
  agents: { 'audit-upload': { segment: { maxBytes: 65_536, maxAgeSeconds: 3 } } },
};

/** The pod's chain; it is the same for as long as its state directory is. */
export const chainOf = async (patroni: Omit<Members, 'agentsReady'>, pod: Pod): Promise<string | undefined> =>
  (await patroni.status(pod)).agents['audit-upload']?.detail?.chain.id;

/**
 * That every audit record of the pod's log files is in its chain in the bucket, exactly once, and that the chain
 * verifies. Nothing may write audited statements meanwhile.
 *
 * @param port of the container in which audit-upload runs.
 * @param place where the records go, when not below the namespace's name in the bucket for audit records.
 * @returns the records of the bucket.
 */
export const expectAuditWhole = async (
  patroni: Omit<Members, 'agentsReady'>,
  pod: Pod,
  port?: number,
  place: { readonly bucket?: string; readonly prefix?: string } = {},
): Promise<readonly StoredRecord[]> => {
  const expected = await auditRecordsOf(patroni, pod);
  const proven = await patroni.waitFor(
    `the ${expected.length} audit records of ${pod.name} to be proven`,
    async () => {
      const audit = (await patroni.status(pod, port)).agents['audit-upload']?.detail;
      return audit !== undefined && audit.records.proven >= expected.length ? audit : undefined;
    },
    90_000,
  );
  const { url, ca, region, buckets, ...keys } = await patroni.cluster.store('s3', patroni.signal);
  await using directory = await temporaryDirectory();
  const caFile = join(directory.path, 'ca.crt');
  await writeFile(caFile, ca);
  const store = await s3Store({
    endpoint: url,
    bucket: place.bucket ?? buckets.audit,
    region,
    caFile,
    ...keys,
  });
  try {
    const { prefix = patroni.namespace } = place;
    const { id: chain, head: sequence, headHash: sha256 = '' } = proven.chain;
    const records = await storedRecords(store, chainPrefix(prefix, chain));
    expect([...placesOf(records)].sort(), `records of ${pod.name}`).toEqual(expected.toSorted());
    // A chain begins with its first segment.
    if (expected.length === 0) return [];
    const target = { prefix, chain, anchor: { sequence, sha256 } };
    expect(await verifyChain(store, target, patroni.signal)).toMatchObject({
      ...{ whole: true, tail: 'anchored', records: expected.length, findings: [] },
    });
    return records;
  } finally {
    store.close();
  }
};

/** The oracle: every csvlog file on the volume, read whole, without the code under test. */
const auditRecordsOf = async (
  patroni: Omit<Members, 'agentsReady'>,
  pod: Pod,
): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const [name, bytes] of Object.entries(await logFileSizes(patroni, pod)))
    found.push(...auditRecordsIn(await readLogFile(patroni, pod, name, bytes)));
  return found;
};

/** That each mark is in the statement of exactly one record. */
export const expectMarks = (marks: readonly string[], records: readonly StoredRecord[]): void => {
  const found = new Map<string, number>();
  for (const { audit } of records)
    for (const mark of new Set(audit?.statement?.match(/mark-[a-z]+-\d+/g)))
      found.set(mark, (found.get(mark) ?? 0) + 1);
  expect(marks.filter((mark) => found.get(mark) !== 1)).toEqual([]);
};
