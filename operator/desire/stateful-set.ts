import { createHash } from 'node:crypto';
import { imageUser } from '@howdah/kinds/pods';
import type { KubeObject } from '@howdah/kube/object';
import { resources } from '@howdah/kube/resource';
import type { AgentConfig } from './agent-configs.ts';
import { agentContainer, postgresContainer } from './containers.ts';
import { graceSeconds } from './paths.ts';
import { claims, volumes } from './volumes.ts';
import { clusterLabel, memberLabels, namesOf, owned, type Wanted } from './wanted.ts';

/** On each pod: what its template said, but for the agents’ image. Another one means that it needs a new pod. */
export const podDigestAnnotation = 'howdah.dev/pod';

const affinity = ({ name, spec: { scheduling } }: Wanted) => {
  const term = {
    labelSelector: { matchLabels: memberLabels(name) },
    topologyKey: scheduling.topologyKey,
  };
  return {
    podAntiAffinity:
      scheduling.antiAffinity === 'required'
        ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
        : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] },
  };
};

const podSpec = (wanted: Wanted, configs: readonly AgentConfig[]) => {
  const { imagePullSecrets, scheduling, securityContext } = wanted.spec;
  const { nodeSelector, tolerations, priorityClassName } = scheduling;
  const { runAsUser, fsGroup } = securityContext;
  return {
    serviceAccountName: namesOf(wanted.name).patroni,
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: graceSeconds,
    securityContext: {
      runAsNonRoot: true,
      runAsUser,
      // The images let any user in who is of group 0.
      runAsGroup: runAsUser === imageUser ? imageUser : 0,
      fsGroup,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    affinity: affinity(wanted),
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(tolerations === undefined ? {} : { tolerations }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    ...(imagePullSecrets === undefined ? {} : { imagePullSecrets }),
    initContainers: [agentContainer(wanted, configs)],
    containers: [postgresContainer(wanted)],
    volumes: volumes(wanted, configs),
  };
};

/** What tells whether a pod is as it should be: its template without what changes in place. */
const digestOfPod = (spec: ReturnType<typeof podSpec>): string => {
  const initContainers = spec.initContainers.map(({ image: _, ...rest }) => rest);
  return createHash('sha256')
    .update(JSON.stringify({ ...spec, initContainers }))
    .digest('hex')
    .slice(0, 16);
};

/** The template of a member's pod, and what pods that have it carry. */
export const memberTemplate = (wanted: Wanted, configs: readonly AgentConfig[]) => {
  const { scheduling } = wanted.spec;
  const spec = podSpec(wanted, configs);
  const digest = digestOfPod(spec);
  return {
    digest,
    template: {
      metadata: {
        labels: { ...scheduling.labels, ...memberLabels(wanted.name), [clusterLabel]: wanted.name },
        annotations: { ...scheduling.annotations, [podDigestAnnotation]: digest },
      },
      spec,
    },
  };
};

/** The members. The operator alone replaces pods: what a StatefulSet does by itself moves the primary unasked. */
export const statefulSet = (wanted: Wanted, template: object): KubeObject =>
  owned(wanted, resources.statefulSet, namesOf(wanted.name).statefulSet, {
    spec: {
      replicas: wanted.spec.instances,
      serviceName: namesOf(wanted.name).members,
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'OnDelete' },
      persistentVolumeClaimRetentionPolicy: {
        whenDeleted: wanted.spec.deletionPolicy,
        whenScaled: 'Retain',
      },
      selector: { matchLabels: memberLabels(wanted.name) },
      template,
      volumeClaimTemplates: claims(wanted),
    },
  });
