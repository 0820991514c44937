import { describe, expect, it } from 'vitest';
import { wantedWith } from '../testing/wanted.ts';
import { agentConfigs } from './agent-configs.ts';
import { memberTemplate, statefulSet } from './stateful-set.ts';

const templateOf = (spec: object = {}) => {
  const wanted = wantedWith(spec);
  return memberTemplate(wanted, agentConfigs(wanted));
};
const podOf = (spec: object = {}) => templateOf(spec).template.spec;
const own = {
  'app.kubernetes.io/name': 'howdah',
  'app.kubernetes.io/instance': 'orders',
  'app.kubernetes.io/component': 'postgres',
};

describe('the members’ pods', () => {
  it('are kept on different nodes where that can be, and only there where it must be', () => {
    const term = { labelSelector: { matchLabels: own }, topologyKey: 'kubernetes.io/hostname' };
    expect(podOf().affinity).toEqual({
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }],
      },
    });
    const scheduling = { antiAffinity: 'required', topologyKey: 'topology.kubernetes.io/zone' };
    expect(podOf({ scheduling }).affinity).toEqual({
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { ...term, topologyKey: 'topology.kubernetes.io/zone' },
        ],
      },
    });
  });

  it('go where the spec says, in the words of a pod', () => {
    const scheduling = {
      nodeSelector: { disk: 'fast' },
      tolerations: [{ key: 'databases', operator: 'Exists', effect: 'NoSchedule' }],
      priorityClassName: 'databases',
    };
    expect(podOf({ scheduling })).toMatchObject(scheduling);
    for (const key of Object.keys(scheduling)) expect(podOf()).not.toHaveProperty(key);
  });

  it('are pulled with the Secrets of the spec', () => {
    expect(podOf({ imagePullSecrets: [{ name: 'registry' }] }).imagePullSecrets).toEqual([
      { name: 'registry' },
    ]);
    expect(podOf()).not.toHaveProperty('imagePullSecrets');
  });

  it('carry further labels and annotations, but keep those by which they are found', () => {
    const scheduling = {
      labels: { team: 'shop', 'app.kubernetes.io/instance': 'another' },
      annotations: { 'example.org/team': 'shop', 'howdah.dev/pod': 'mine' },
    };
    const { digest, template } = templateOf({ scheduling });
    expect(template.metadata).toEqual({
      labels: { team: 'shop', ...own, 'howdah.dev/cluster': 'orders' },
      annotations: { 'example.org/team': 'shop', 'howdah.dev/pod': digest },
    });
  });

  it('run as the images’ user, or as another of group 0 with the group of its volumes', () => {
    expect(podOf().securityContext).toMatchObject({
      ...{ runAsNonRoot: true, runAsUser: 10_001, runAsGroup: 10_001, fsGroup: 10_001 },
      seccompProfile: { type: 'RuntimeDefault' },
    });
    const securityContext = { runAsUser: 1_000_650_000, fsGroup: 1_000_650_001 };
    expect(podOf({ securityContext }).securityContext).toMatchObject({ ...securityContext, runAsGroup: 0 });
  });

  it('have as long to end as Patroni needs, and the agents half a minute more', () => {
    expect(podOf().terminationGracePeriodSeconds).toBe(90);
    const [agents] = podOf().initContainers;
    expect(agents?.env).toContainEqual({ name: 'HOWDAH_GRACE_SECONDS', value: '90' });
  });

  it('give the token of the API server to PostgreSQL’s container alone', () => {
    const pod = podOf();
    expect(pod.automountServiceAccountToken).toBe(false);
    const withToken = [...pod.initContainers, ...pod.containers].filter(({ volumeMounts }) =>
      volumeMounts.some(({ name, mountPath }) => name === 'token' || mountPath.includes('serviceaccount')),
    );
    expect(withToken.map(({ name }) => name)).toEqual(['postgres']);
  });
});

describe('both containers', () => {
  const both = [...podOf().initContainers, ...podOf().containers];

  it('are of Pod Security level restricted, with a root that cannot be written', () => {
    expect(both.map(({ name }) => name)).toEqual(['howdah', 'postgres']);
    for (const { securityContext } of both)
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        privileged: false,
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
  });

  it('have requests, or what the spec says instead', () => {
    for (const { resources } of both) expect(resources.requests).toBeDefined();
    const [postgres, agents] = [{ limits: { memory: '4Gi' } }, { requests: { cpu: '1' } }];
    const { containers, initContainers } = podOf({ resources: { postgres, agents } });
    expect(containers[0]?.resources).toEqual(postgres);
    expect(initContainers[0]?.resources).toEqual(agents);
  });

  it('tell in their last words why they ended', () => {
    for (const { terminationMessagePolicy } of both)
      expect(terminationMessagePolicy).toBe('FallbackToLogsOnError');
  });
});

describe('the probes', () => {
  it('ask Patroni of PostgreSQL, by TLS where it speaks it', () => {
    const scheme = (spec: object) =>
      podOf(spec).containers.flatMap(({ readinessProbe, livenessProbe }) => [
        readinessProbe.httpGet,
        livenessProbe.httpGet,
      ]);
    const asked = (how: string) => [
      { path: '/readiness', port: 'patroni', scheme: how },
      { path: '/liveness', port: 'patroni', scheme: how },
    ];
    expect(scheme({})).toEqual(asked('HTTP'));
    expect(scheme({ tls: { secretName: 'orders-tls' } })).toEqual(asked('HTTPS'));
  });

  it('restart agents that hang, and take no member out of its Service for them', () => {
    const [agents] = podOf().initContainers;
    expect(agents).toMatchObject({
      restartPolicy: 'Always',
      livenessProbe: { httpGet: { path: '/healthz' } },
    });
    expect(
      Object.keys(agents ?? {}).filter((key) => /readinessProbe|startupProbe|lifecycle/.test(key)),
    ).toEqual([]);
  });
});

describe('a new pod', () => {
  it('is needed for what its template says, and not for new agents', () => {
    const { digest } = templateOf();
    const withAgents = (agent: string) => {
      const wanted = wantedWith({}, { images: { ...wantedWith().images, agent } });
      return memberTemplate(wanted, agentConfigs(wanted));
    };
    expect(withAgents('howdah/agent:2').digest).toBe(digest);
    expect(withAgents('howdah/agent:2').template.spec.initContainers[0]?.image).toBe('howdah/agent:2');
    for (const spec of [
      { postgres: { version: 17, image: 'mine:17' } },
      { resources: { agents: { limits: { memory: '1Gi' } } } },
      { scheduling: { priorityClassName: 'databases' } },
      { imagePullSecrets: [{ name: 'registry' }] },
    ])
      expect(templateOf(spec).digest, JSON.stringify(spec)).not.toBe(digest);
  });

  it('is not needed for a new version of the operator: another digest here rolls every cluster', () => {
    expect(templateOf().digest).toBe('91d3c491640aae8d');
  });

  it('is not needed for what travels by ConfigMap, nor for words about pods', () => {
    const { digest } = templateOf();
    for (const spec of [
      { postgres: { version: 17, parameters: { work_mem: '8MB' } } },
      { instances: 5 },
      { scheduling: { labels: { team: 'shop' } } },
    ])
      expect(templateOf(spec).digest, JSON.stringify(spec)).toBe(digest);
  });
});

describe('the StatefulSet', () => {
  const setOf = (spec: object = {}) => {
    const { metadata, spec: body } = statefulSet(wantedWith(spec), templateOf(spec).template);
    return { metadata, body };
  };

  it('replaces no pod by itself, and finds its own by labels that never change', () => {
    const labels = { 'app.kubernetes.io/instance': 'another' };
    expect(setOf({ scheduling: { labels } }).body).toMatchObject({
      ...{ replicas: 3, serviceName: 'orders-metrics', podManagementPolicy: 'Parallel' },
      updateStrategy: { type: 'OnDelete' },
      selector: { matchLabels: own },
    });
  });

  it('keeps the volumes when the cluster goes, unless the spec says otherwise, and always when members go', () => {
    const policy = (spec: object) => setOf(spec).body;
    expect(policy({})).toMatchObject({
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    });
    expect(policy({ deletionPolicy: 'Delete' })).toMatchObject({
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
    });
  });

  it('goes with its cluster', () => {
    expect(setOf().metadata).toMatchObject({
      ...{ name: 'orders', namespace: 'shop' },
      labels: { 'howdah.dev/cluster': 'orders' },
      ownerReferences: [{ kind: 'PostgresCluster', name: 'orders', uid: 'uid-of-orders', controller: true }],
    });
  });
});
