import { parse, stringify } from 'yaml';
import * as z from 'zod';
import type { Patroni } from '../patroni/patroni.ts';
import { hastenMounts } from './hasten-mounts.ts';

const agentFiles = 'patroni-howdah-config';
const configMap = z.object({ data: z.record(z.string(), z.string()) });

/**
 * Changes one agent's file in the ConfigMap, as a person would with `kubectl edit`, and waits until the agents
 * of every pod run on it.
 */
export const changeAgentFile = async (
  patroni: Patroni,
  agent: 'backup' | 'logship' | 'audit-upload',
  change: (config: Readonly<Record<string, unknown>>) => object,
): Promise<void> => {
  const name = `${agent}.yaml`;
  const { data } = configMap.parse(
    JSON.parse(await patroni.kubectl(['get', 'configmap', agentFiles, '-o', 'json'])),
  );
  const before = await digests(patroni, agent);
  const changed = stringify(change(parse(data[name] ?? '{}')));
  const patch = JSON.stringify({ data: { [name]: changed } });
  await patroni.kubectl(['patch', 'configmap', agentFiles, '--type=merge', '-p', patch]);
  await hastenMounts(patroni);
  await patroni.waitFor(
    `${name} to be in force on every member`,
    async () => {
      const after = await digests(patroni, agent);
      return after.every((digest, n) => digest !== undefined && digest !== before[n]);
    },
    150_000,
  );
};

/** Of the file in force on each member, by the member's name. */
const digests = async (patroni: Patroni, agent: 'backup' | 'logship' | 'audit-upload') =>
  Promise.all(
    (await patroni.pods()).map(async (pod) => (await patroni.status(pod)).agents[agent]?.config.digest),
  );
