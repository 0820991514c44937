import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { azureStore } from '@howdah/audit-upload/testing/azure';
import { auditRecordsIn } from '@howdah/audit-upload/testing/log-writer';
import { placesOf, storedRecords } from '@howdah/audit-upload/testing/read-store';
import { listChains, verifyChain } from '@howdah/audit-upload/verify';
import type { AuditUploadStatus } from '@howdah/status/audit-upload';
import { status as statusSchema } from '@howdah/status/status';
import { getJson } from '@howdah/testbed-tools/http';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { auditPrefix } from '../cluster/agent-config/audit-upload.ts';
import { auditContainer, emulatorAccount } from '../cluster/azurite.ts';
import type { Member } from '../cluster/member.ts';
import { useCluster } from './use-cluster.ts';

const { cluster, signal } = useCluster({ basePort: 24_440 });

const auditOf = async (member: Member): Promise<AuditUploadStatus | undefined> =>
  statusSchema.parse(await getJson(`${member.agentUrl}/status`, signal())).agents['audit-upload']?.detail;

/** The oracle: every csvlog file of the member, read whole, without the code under test. */
const auditRecordsOf = async (member: Member): Promise<string[]> => {
  const names = (await readdir(member.logDirectory)).filter((name) => name.endsWith('.csv')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(member.logDirectory, name), 'utf8')));
  return texts.flatMap(auditRecordsIn);
};

/** Statements that pgaudit logs, over several lines and with quotes. */
const changeSchema = async (member: Member, round: string): Promise<void> => {
  for (let n = 0; n < 15; n += 1) {
    await member.query(`CREATE TABLE "audited, ${round} ${n}"\n  (id int, "a ""b""" text) -- it's ${n}`);
    await member.query(`DROP TABLE "audited, ${round} ${n}"`);
  }
};

it('every audit record of every member reaches the store once, through a killed suite, a stopped store and a switchover', async () => {
  // Young segments, so that many are under way when things break; the change is taken live.
  for (const member of cluster().members) {
    const { 'audit-upload.yaml': yaml = '' } = await member.config();
    const segment = { maxBytes: 4_096, maxAgeSeconds: 1 };
    await member.changeConfig({ 'audit-upload.yaml': stringify({ ...parse(yaml), segment }) });
  }
  const first = await cluster().primary(signal());
  await changeSchema(first, 'before');

  const working = changeSchema(first, 'killed');
  first.suite.kill('SIGKILL');
  await working;
  first.suite.start();

  const store = cluster().part('azurite');
  const away = changeSchema(first, 'store away');
  await store.stop();
  await away;
  await waitFor('the agent to say what it waits for', async () => (await auditOf(first))?.store.error, {
    deadlineMs: 40_000,
    signal: signal(),
    explain: () => first.suite.logTail(),
  });
  store.start();

  const { to } = await cluster().switchover(signal());
  await changeSchema(to, 'after the switchover');

  for (const member of cluster().members) {
    await waitFor(
      `the audit records of ${member.name} to be proven`,
      async () => (await auditOf(member))?.records.proven === (await auditRecordsOf(member)).length,
      { deadlineMs: 90_000, signal: signal(), explain: () => member.suite.logTail() },
    );
  }

  const { endpoint, name, key } = emulatorAccount(cluster().layout.ports.azurite);
  const reading = await azureStore({
    endpoint,
    container: auditContainer,
    accountName: name,
    accountKey: key,
  });
  for (const member of cluster().members) {
    const expected = await auditRecordsOf(member);
    if (member === first || member === to) expect(expected.length).toBeGreaterThanOrEqual(30);
    const prefix = auditPrefix(member.layout);
    expect([...placesOf(await storedRecords(reading, prefix))].sort(), member.name).toEqual(expected.sort());
    const chains = (await listChains(reading, prefix, signal())) ?? [];
    expect(chains).toHaveLength(expected.length > 0 ? 1 : 0);
    for (const chain of chains) {
      const known = (await auditOf(member))?.chain;
      const anchor = { sequence: known?.head ?? 0, sha256: known?.headHash ?? '' };
      expect(await verifyChain(reading, { prefix, chain, anchor }, signal())).toMatchObject({
        whole: true,
        tail: 'anchored',
        records: expected.length,
      });
    }
  }
  reading.close();
});
