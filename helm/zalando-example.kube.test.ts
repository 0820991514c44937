import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { chart, client, faultsIn, type KubernetesObject, objectsOf } from './testing/chart.ts';
import { credentialsSecret, zalandoManifest, zalandoPod } from './testing/zalando-pod.ts';

const example = (name: string): string =>
  fileURLToPath(new URL(`../examples/zalando/${name}`, import.meta.url));
const manifest = zalandoManifest.parse(parse(await readFile(example('cluster.yaml'), 'utf8')));
const pod = zalandoPod(manifest);
const values = z
  .object({ pgdata: z.string(), directories: z.object({ log: z.object({ path: z.string() }) }) })
  .parse(parse(await readFile(example('values.yaml'), 'utf8')));

const [agents, ...others] = pod.spec.containers.flatMap((each) => ('env' in each ? [each] : []));
if (agents === undefined) throw new Error('the example has no sidecar');
const environment = Object.fromEntries(agents.env.map((one) => [one.name, 'value' in one ? one.value : '']));

/** The volume that a path in the agents' container lies on, or undefined where it is the container's own. */
const volumeAt = (path: string): string | undefined =>
  agents.volumeMounts
    .filter(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath}/`))
    .toSorted((a, b) => b.mountPath.length - a.mountPath.length)[0]?.name;

let rendered: readonly KubernetesObject[];
const podMonitors = ['--api-versions', 'monitoring.coreos.com/v1/PodMonitor'];
beforeAll(async () => {
  const words = ['template', 'agents', chart, '--values', example('values.yaml')];
  rendered = objectsOf(await client('helm', [...words, ...podMonitors]));
}, 900_000);
const made = (kind: string): KubernetesObject | undefined => rendered.find((each) => each.kind === kind);

describe('the pod that Zalando’s operator makes of examples/zalando', () => {
  it('is one that Kubernetes takes, with one sidecar', async () => {
    expect(await faultsIn(stringify(pod))).toBe('');
    expect(others).toEqual([]);
  }, 900_000);

  it('has every volume that the manifest names, each at a path of its own and in the sidecar alone', () => {
    const names = (mounts: readonly { readonly name: string }[]) => mounts.map(({ name }) => name).toSorted();
    expect(names(agents.volumeMounts)).toEqual(names(pod.spec.volumes));
    expect(names(agents.volumeMounts)).toEqual(
      names([{ name: 'pgdata' }, ...manifest.spec.additionalVolumes]),
    );
    expect(pod.spec.containers[0]?.volumeMounts.map(({ name }) => name)).toEqual(['pgdata']);
  });

  it('leaves the agents’ environment as the manifest has it, and they use none of the operator’s own', () => {
    const own = agents.env.filter(({ name }) => name.startsWith('HOWDAH_'));
    expect(own).toEqual(manifest.spec.sidecars[0]?.env);
  });

  it('keeps PostgreSQL’s data, its log and the agents’ state on the volume that Spilo has them on', () => {
    expect(environment.HOWDAH_PGDATA).toBe(values.pgdata);
    for (const path of [values.pgdata, values.directories.log.path, environment.HOWDAH_STATE_DIR ?? ''])
      expect(volumeAt(path), path).toBe('pgdata');
    // Patroni moves the data directory away when it makes a member anew.
    expect(environment.HOWDAH_STATE_DIR?.startsWith(values.pgdata)).toBe(false);
  });

  it('mounts the chart’s ConfigMap, with a file for each agent that it turns on', () => {
    const config = made('ConfigMap');
    const files = z.record(z.string(), z.string()).parse(config?.data);
    expect(Object.keys(files).toSorted()).toEqual(['exporter.yaml', 'logship.yaml']);
    const volume = pod.spec.volumes.find(({ name }) => name === volumeAt('/etc/howdah/config'));
    expect(volume).toMatchObject({ configMap: { name: config?.metadata.name } });
  });

  it('has the exporter’s password where its file says, from the Secret that the operator makes of the user', () => {
    const files = z.record(z.string(), z.string()).parse(made('ConfigMap')?.data);
    const exporter = z.object({ postgres: z.object({ passwordFile: z.string() }) });
    const { postgres } = exporter.parse(parse(files['exporter.yaml'] ?? ''));
    const [user = ''] = Object.keys(manifest.spec.users);
    const volume = pod.spec.volumes.find(({ name }) => name === volumeAt(postgres.passwordFile));
    const secretName = credentialsSecret(user, manifest.metadata.name);
    expect(volume).toMatchObject({ secret: { secretName } });
    expect(postgres.passwordFile).toMatch(/\/password$/);
  });

  it('is what the chart’s PodMonitor chooses, by its labels and the port’s name', () => {
    const monitor = z
      .object({
        selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
        podMetricsEndpoints: z.array(z.object({ port: z.string() })),
      })
      .parse(made('PodMonitor')?.spec);
    expect(pod.metadata.labels).toMatchObject(monitor.selector.matchLabels);
    expect(monitor.podMetricsEndpoints.map(({ port }) => port)).toEqual(agents.ports.map(({ name }) => name));
  });
});

it('a manifest that asks for what that operator does not take is refused here', () => {
  const [sidecar] = manifest.spec.sidecars;
  const spec = { ...manifest.spec, sidecars: [{ ...sidecar, securityContext: {} }] };
  expect(() => zalandoManifest.parse({ ...manifest, spec })).toThrow(/securityContext/);
});
