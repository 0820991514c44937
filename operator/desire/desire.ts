import type { KubeObject } from '@howdah/kube/object';
import { patroniAccess } from './access.ts';
import type { AgentConfig } from './agent-configs.ts';
import {
  agentsConfigMap,
  digestOf,
  patroniConfigMap,
  pgbackrestSecret,
  postgresConfigMap,
} from './config-maps.ts';
import { disruptionBudget, networkPolicy, podMonitor } from './guards.ts';
import { membersService, patroniConfigService, primaryService, replicaService } from './services.ts';
import { memberTemplate, statefulSet } from './stateful-set.ts';
import type { Wanted } from './wanted.ts';

/** What a member's agents read, and a digest over all that its pod mounts. */
export interface Mounted {
  readonly agents: KubeObject;
  readonly postgres: KubeObject;
  readonly digest: string;
}

export interface Desired {
  /** In running pods, which take it live. */
  readonly mounted: Mounted;
  /** What pods with the newest template carry. */
  readonly podDigest: string;
  /** Everything, in the order in which it is made: what pods need before the pods. */
  readonly objects: readonly KubeObject[];
}

/**
 * All objects of a cluster that follow from its spec; the generated passwords are made once, beside these.
 *
 * @param before the agents' files as they are there.
 */
export const desire = (
  wanted: Wanted,
  configs: readonly AgentConfig[],
  before: Readonly<Record<string, string>>,
): Desired => {
  const agents = agentsConfigMap(wanted, configs, before);
  const postgres = postgresConfigMap(wanted);
  const mounted = [agents, postgres, pgbackrestSecret(wanted)];
  const { digest: podDigest, template } = memberTemplate(wanted, configs);
  const guards = [disruptionBudget(wanted), networkPolicy(wanted), podMonitor(wanted)];
  return {
    mounted: { agents, postgres, digest: digestOf(mounted) },
    podDigest,
    objects: [
      ...patroniAccess(wanted),
      patroniConfigMap(wanted),
      ...mounted,
      primaryService(wanted),
      replicaService(wanted),
      membersService(wanted),
      patroniConfigService(wanted),
      ...guards.filter((object) => object !== undefined),
      statefulSet(wanted, template),
    ],
  };
};
