import { createHash } from 'node:crypto';
import { quietFleet } from '@howdah/status/testdata/fleet';
import { expect, it } from 'vitest';
import type { Mounted } from '../desire/desire.ts';
import type { MemberPod } from '../observe/pods.ts';
import { unseenBy } from './seen.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const map = (name: string, data: Readonly<Record<string, string>>) => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } },
  data,
});
const mounted: Mounted = {
  agents: new Map([
    [undefined, map('orders-agents', { 'exporter.yaml': 'intervalSeconds: 5\n' })],
    ['certificate', map('orders-agents-tls', { 'exporter.yaml': 'intervalSeconds: 6\n' })],
  ]),
  postgres: map('orders-postgres', { 'postgresql.conf': 'work_mem = 8MB\n' }),
  digest: 'newest',
};
const pods = ['pg-0', 'pg-1'].map(
  (name, ordinal): MemberPod => ({
    ...{ name, ordinal, uid: name, address: '198.18.0.1', ready: true, ending: false },
    ...{
      annotations: {},
      agentImage: 'agent',
      agentsStartedAt: undefined,
      tlsSecret: undefined,
      trouble: undefined,
    },
  }),
);

/** pg-0 and pg-1 have told these digests. */
const told = (exporter: string, conf: string, valid = true) => {
  const fleet = quietFleet();
  for (const { agents } of fleet.members) {
    const answer = agents.answer?.agents;
    if (answer?.exporter === undefined || answer['config-reload']?.detail === undefined)
      throw new Error('the sample lacks an agent');
    answer.exporter.config = { digest: sha256(exporter), valid, problems: [] };
    answer['config-reload'].detail.files = [
      { file: 'postgresql.conf', present: true, digest: sha256(conf), settings: 1 },
    ];
  }
  return fleet;
};
const unseen = (...args: Parameters<typeof told>) =>
  unseenBy(pods, told(...args), mounted).map(({ name }) => name);

it('knows who has the newest files of agents and of PostgreSQL, and who has older ones', () => {
  expect(unseen('intervalSeconds: 5\n', 'work_mem = 8MB\n')).toEqual([]);
  expect(unseen('intervalSeconds: 4\n', 'work_mem = 8MB\n')).toEqual(['pg-0', 'pg-1']);
  expect(unseen('intervalSeconds: 5\n', 'work_mem = 4MB\n')).toEqual(['pg-0', 'pg-1']);
});

it('compares with the files that fit the pod, while members get TLS one after the other', () => {
  const [first, second] = pods;
  const secured = [first, { ...second, tlsSecret: 'certificate' }] as readonly MemberPod[];
  const names = (exporter: string) =>
    unseenBy(secured, told(exporter, 'work_mem = 8MB\n'), mounted).map(({ name }) => name);
  expect(names('intervalSeconds: 5\n')).toEqual(['pg-1']);
  expect(names('intervalSeconds: 6\n')).toEqual(['pg-0']);
});

it('takes a file that an agent refused for seen: it runs on another one, and says so', () => {
  expect(unseen('of before', 'work_mem = 8MB\n', false)).toEqual([]);
});

it('takes nobody’s silence for consent', () => {
  const silent = { ...told('', ''), members: [] };
  expect(unseenBy(pods, silent, mounted)).toHaveLength(2);
});
