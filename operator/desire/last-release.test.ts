import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { clusterSpec } from '@howdah/kinds/postgres-cluster';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { wantedWith } from '../testing/wanted.ts';
import { agentConfigs } from './agent-configs.ts';

const root = new URL('../../', import.meta.url);
/** Before the first release is followed by another, the agents of now are the only ones that there are (ADR 0015). */
const kept = new URL('docs/reference/config/last-release/', root);
const schemas = existsSync(kept) ? kept : new URL('docs/reference/config/', root);

const manifest = z.object({ kind: z.literal('PostgresCluster'), spec: clusterSpec });
/** The spec of an example, with what a test says over it. */
const specOf = async (example: string, more: object = {}): Promise<object> => {
  const text = await readFile(new URL(`examples/${example}/cluster.yaml`, root), 'utf8');
  const [spec] = parseAllDocuments(text).flatMap(
    (document) => manifest.safeParse(document.toJS()).data?.spec ?? [],
  );
  if (spec === undefined) throw new Error(`there is no PostgresCluster in examples/${example}`);
  return { ...spec, ...more };
};

/** What the Secret of examples/s3 has. */
const secrets = { s3: { 'access-key-id': 'id', 'secret-access-key': 'key' } };

const problemsIn = async (agent: string, config: unknown): Promise<string | undefined> => {
  const text = await readFile(new URL(`${agent}.schema.json`, schemas), 'utf8');
  const { error } = z.fromJSONSchema(JSON.parse(text)).safeParse(config);
  return error && z.prettifyError(error);
};

describe('agents of the last release take the files that this operator makes', () => {
  it.each<[string, object]>([
    ['minimal', {}],
    ['s3', {}],
    ['s3', { audit: { enabled: true }, tls: { secretName: 'orders-tls' } }],
    ['custom-image', {}],
  ])('of examples/%s with %j', async (example, more) => {
    const configs = agentConfigs(wantedWith(await specOf(example, more), { secrets }));
    expect(configs.length).toBeGreaterThan(2);
    for (const { agent, config } of configs) {
      // As it is written: keys that are undefined are not there.
      const written: unknown = JSON.parse(JSON.stringify(config));
      expect(await problemsIn(agent, written), agent).toBeUndefined();
    }
  });

  it('and would not take a key that only a newer one knows', async () => {
    const [exporter] = agentConfigs(wantedWith()).filter(({ agent }) => agent === 'exporter');
    const problems = await problemsIn('exporter', { ...exporter?.config, ofTomorrow: true });
    expect(problems).toMatch(/ofTomorrow/);
  });
});
