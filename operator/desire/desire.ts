import type { KubeObject } from '@howdah/kube/object';
import { patroniAccess } from './access.ts';
import { type AgentConfig, agentConfigs } from './agent-configs.ts';
import {
  agentsConfigMap,
  authorityConfigMap,
  digestOf,
  patroniConfigMap,
  postgresConfigMap,
} from './config-maps.ts';
import { disruptionBudget, networkPolicy, podMonitor } from './guards.ts';
import { membersService, patroniConfigService, primaryService, replicaService } from './services.ts';
import { memberTemplate, statefulSet } from './stateful-set.ts';
import { podFilesOf, type Wanted, withCertificate } from './wanted.ts';

/** What a member's agents read, and a digest over all that its pod mounts. */
export interface Mounted {
  /** By the Secret with a pod’s certificate; undefined for pods without TLS. */
  readonly agents: ReadonlyMap<string | undefined, KubeObject>;
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
 * @param before the data of a ConfigMap as it is there.
 */
export const desire = (
  wanted: Wanted,
  configs: readonly AgentConfig[],
  before: (configMap: string) => Readonly<Record<string, string>>,
): Desired => {
  const variants = [...new Set([wanted.spec.tls?.secretName, ...wanted.served])].map(
    (secretName) => [secretName, withCertificate(wanted, secretName)] as const,
  );
  const agents = new Map(
    variants.map(([secretName, variant]) => [
      secretName,
      agentsConfigMap(variant, agentConfigs(variant), before(podFilesOf(variant).agents)),
    ]),
  );
  const postgres = postgresConfigMap(wanted);
  const mounted = [...agents.values(), postgres];
  const { digest: podDigest, template } = memberTemplate(wanted, configs);
  const guards = [disruptionBudget(wanted), networkPolicy(wanted), podMonitor(wanted)];
  const authority = authorityConfigMap(wanted);
  return {
    mounted: { agents, postgres, digest: digestOf(mounted) },
    podDigest,
    objects: [
      ...patroniAccess(wanted),
      ...variants.map(([, variant]) => patroniConfigMap(variant)),
      ...(authority === undefined ? [] : [authority]),
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
