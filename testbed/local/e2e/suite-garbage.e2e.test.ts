import { status as statusSchema } from '@howdah/status/status';
import { getJson } from '@howdah/testbed-tools/http';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { scrape } from '@howdah/testbed-tools/samples';
import { expect, it } from 'vitest';
import { useCluster } from './use-cluster.ts';

const { cluster, signal } = useCluster({ basePort: 24_020 });

it('S04: garbage in one agent’s file stops nobody: the others go on, the old one runs on, the corrected file is taken live', async () => {
  const [member] = cluster().members;
  if (member === undefined) throw new Error('a cluster without members');
  const agents = async () => statusSchema.parse(await getJson(`${member.agentUrl}/status`, signal())).agents;
  const all = await waitFor(
    'all five agents to run',
    async () => {
      const now = await agents();
      return Object.keys(now).length === 5 && Object.values(now).every((agent) => agent?.state === 'running')
        ? now
        : undefined;
    },
    { deadlineMs: 30_000, signal: signal(), explain: () => member.suite.logTail() },
  );
  const pid = member.suite.pid;
  const good = (await member.config())['exporter.yaml'] ?? '';

  await member.changeConfig({ 'exporter.yaml': 'intervalSeconds: {{ .Values.nonsense }}\n: [' });
  const garbled = await waitFor(
    'the garbage to be noticed',
    async () => {
      const now = await agents();
      return now.exporter?.config.valid === false ? now : undefined;
    },
    { deadlineMs: 15_000, signal: signal(), explain: () => member.suite.logTail() },
  );
  expect(garbled.exporter).toMatchObject({ state: 'running', restarts: all.exporter?.restarts });
  expect(garbled.exporter?.config.digest).toBe(all.exporter?.config.digest);
  for (const name of ['backup', 'logship', 'audit-upload', 'config-reload'] as const) {
    expect(garbled[name], name).toMatchObject({ state: 'running', config: { valid: true } });
  }
  expect(await scrape(member.agentUrl, 'howdah_config_valid', signal())).toContainEqual({
    labels: { agent: 'exporter' },
    value: 0,
  });
  const sampledAt = garbled.exporter?.detail?.lastSampleAt;
  await waitFor(
    'the old exporter to go on sampling',
    async () => (await agents()).exporter?.detail?.lastSampleAt !== sampledAt,
    {
      deadlineMs: 20_000,
      signal: signal(),
    },
  );

  await member.changeConfig({ 'exporter.yaml': good.replace(/intervalSeconds: \d+/, 'intervalSeconds: 3') });
  const mended = await waitFor(
    'the corrected file to be in force',
    async () => {
      const now = await agents();
      return now.exporter?.config.valid === true && now.exporter.config.digest !== all.exporter?.config.digest
        ? now
        : undefined;
    },
    { deadlineMs: 15_000, signal: signal() },
  );
  expect(mended.exporter?.state).toBe('running');
  expect(member.suite.pid).toBe(pid);
});
