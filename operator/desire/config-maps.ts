import { createHash } from 'node:crypto';
import type { KubeObject } from '@howdah/kube/object';
import { resources } from '@howdah/kube/resource';
import { stringify } from 'yaml';
import type { AgentConfig } from './agent-configs.ts';
import { patroniConfig } from './patroni-config.ts';
import { postgresFiles } from './postgres-files.ts';
import { namesOf, owned, podFilesOf, type Wanted } from './wanted.ts';

export const patroniConfigMap = (wanted: Wanted): KubeObject =>
  owned(wanted, resources.configMap, podFilesOf(wanted).patroni, {
    data: { 'patroni.yaml': stringify(patroniConfig(wanted)) },
  });

/** @param before the files as they are there: an agent whose part of the spec is wrong keeps what it has. */
export const agentsConfigMap = (
  wanted: Wanted,
  configs: readonly AgentConfig[],
  before: Readonly<Record<string, string>>,
): KubeObject =>
  owned(wanted, resources.configMap, podFilesOf(wanted).agents, {
    data: Object.fromEntries(
      configs.flatMap(({ agent, config, problems }) => {
        const file = `${agent}.yaml`;
        const text = problems.length === 0 ? stringify(config) : before[file];
        return text === undefined ? [] : [[file, text]];
      }),
    ),
  });

/** For applications that check members' certificates, and for the operator itself. */
export const authorityConfigMap = (wanted: Wanted): KubeObject | undefined =>
  wanted.authority === undefined
    ? undefined
    : owned(wanted, resources.configMap, namesOf(wanted.name).authority, {
        data: { 'ca.crt': wanted.authority },
      });

export const postgresConfigMap = (wanted: Wanted): KubeObject =>
  owned(wanted, resources.configMap, namesOf(wanted.name).postgres, { data: postgresFiles(wanted) });

/** A short digest of what is mounted: a pod that carries another one has not been told of the newest yet. */
export const digestOf = (objects: readonly KubeObject[]): string => {
  const hash = createHash('sha256');
  for (const { kind, metadata, data } of objects) hash.update(JSON.stringify([kind, metadata.name, data]));
  return hash.digest('hex').slice(0, 16);
};
