import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { status } from '@howdah/status/status';
import { getJson } from '@howdah/testbed-tools/http';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { cloneDirectory } from '@howdah/testbed-tools/workspace';
import { expect, it } from 'vitest';
import type { Member } from '../cluster/member.ts';
import { useCluster } from './use-cluster.ts';

const { cluster, signal } = useCluster({ basePort: 24_420 });

const howdah = async (...words: string[]): Promise<{ code: number | null; text: string }> => {
  const urls = cluster().members.map(({ agentUrl }) => agentUrl);
  const child = spawn(process.execPath, [join(cloneDirectory, 'cli/main.ts'), ...words], {
    env: { PATH: process.env.PATH, HOWDAH_URL: urls.join(',') },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text };
};

const proven = async (member: Member): Promise<number> => {
  const said = status.parse(await getJson(`${member.agentUrl}/status`, signal()));
  return said.agents['audit-upload']?.detail?.chain.head ?? 0;
};

it('tells of a real cluster who is primary, what was backed up and what is due', async () => {
  await waitFor('all to be well', async () => (await howdah('status')).text.startsWith('All is well'), {
    deadlineMs: 180_000,
    signal: signal(),
    everyMs: 2_000,
    explain: async () => (await howdah('status')).text,
  });
  const primary = await cluster().primary(signal());
  expect((await howdah('status')).text).toMatch(new RegExp(`${primary.name} +primary`));
  expect((await howdah('backup', 'list')).text).toMatch(/^\d{8}-\d{6}F +full +\d\d-\d\d /m);
  expect((await howdah('backup', 'schedule')).text).toMatch(/Europe\/Berlin/);
});

it('finds nothing wrong in the configuration that the agents run on', async () => {
  const { code, text } = await howdah('config', 'check', cluster().members[0]?.configDirectory ?? '');
  expect({ code, text }).toEqual({
    code: 0,
    text: 'All is well: backup.yaml, exporter.yaml, logship.yaml, audit-upload.yaml, config-reload.yaml\n',
  });
});

it('proves the audit chain of the primary up to the head that its agent knows', async () => {
  const primary = await cluster().primary(signal());
  await primary.query('CREATE TABLE audited_by_test (id int)');
  await waitFor('a segment to be proven', async () => (await proven(primary)) > 0, {
    deadlineMs: 90_000,
    signal: signal(),
    explain: () => primary.suite.logTail(),
  });
  const { code, text } = await howdah('audit', 'verify', '--json', '-c', primary.configDirectory);
  const verdict = JSON.parse(text);
  expect(code, text).toBe(0);
  expect(verdict).toMatchObject({ whole: true, chains: [{ whole: true, tail: 'anchored', findings: [] }] });
  expect(verdict.chains[0].records).toBeGreaterThan(0);
});

it('ends with 1 when the store is away: not proven is not whole', async () => {
  const primary = await cluster().primary(signal());
  const store = cluster().part('azurite');
  store.kill('SIGKILL');
  await waitFor('the store to be dead', async () => !store.running, { deadlineMs: 5_000, signal: signal() });
  try {
    const { code, text } = await howdah('audit', 'verify', '-c', primary.configDirectory);
    expect({ code, text }).toEqual({ code: 1, text: '' });
  } finally {
    store.start();
  }
});
