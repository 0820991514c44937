import { gunzipSync } from 'node:zlib';
import { getBlob, listBlobs } from '../cluster/azure-rest.ts';
import { auditContainer, emulatorAccount } from '../cluster/azurite.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Chapter } from './chapter.ts';
import { sizeInWords } from './narrator.ts';

/** The text of a blob that may be compressed; gzip begins with 1f 8b. */
export const textOf = (blob: Buffer): string =>
  (blob[0] === 0x1f && blob[1] === 0x8b ? gunzipSync(blob) : blob).toString('utf8');

/** An audit segment in the object store, read back by us and not by the agent that wrote it. */
export const auditSegment = (cluster: Cluster): Chapter => ({
  what: 'an audit segment in the object store',
  look: async (signal) => {
    const account = emulatorAccount(cluster.layout.ports.azurite);
    for (const name of await listBlobs(account, auditContainer, 'demo/', signal)) {
      const blob = await getBlob(account, auditContainer, name, signal);
      const records = textOf(blob).split('AUDIT: ').length - 1;
      if (records === 0) continue;
      return [
        `audit segment ${name}: ${sizeInWords(blob.length)}, read back, ${records} AUDIT records in it`,
      ];
    }
    return undefined;
  },
});
