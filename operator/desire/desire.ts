import type { KubeObject } from '@howdah/kube/object';
import { patroniAccess } from './access.ts';
import type { AgentConfig } from './agent-configs.ts';
import { agentsConfigMap, patroniConfigMap, pgbackrestSecret, postgresConfigMap } from './config-maps.ts';
import { disruptionBudget, networkPolicy, podMonitor } from './guards.ts';
import { membersService, patroniConfigService, primaryService, replicaService } from './services.ts';
import { statefulSet } from './stateful-set.ts';
import type { Wanted } from './wanted.ts';

export interface Desired {
  /** Mounted in running pods, which take them live. */
  readonly mounted: readonly KubeObject[];
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
  const mounted = [
    agentsConfigMap(wanted, configs, before),
    postgresConfigMap(wanted),
    pgbackrestSecret(wanted),
  ];
  const guards = [disruptionBudget(wanted), networkPolicy(wanted), podMonitor(wanted)];
  return {
    mounted,
    objects: [
      ...patroniAccess(wanted),
      patroniConfigMap(wanted),
      ...mounted,
      primaryService(wanted),
      replicaService(wanted),
      membersService(wanted),
      patroniConfigService(wanted),
      ...guards.filter((object) => object !== undefined),
      statefulSet(wanted, configs),
    ],
  };
};
