import { type Status, status as statusSchema } from '@howdah/status/status';
import type { CommandOptions, KubeCluster } from '@howdah/testbed-kube/kube-cluster';
import { getJson, getText } from '@howdah/testbed-tools/http';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { Client, type QueryResultRow } from 'pg';
import { ownWords } from './own-words.ts';
import { type Pod, parsePods } from './pods.ts';

/** The members of one Patroni, and what tests ask of them and of the agents in their pods. */
export interface Members {
  readonly cluster: KubeCluster;
  readonly namespace: string;
  readonly signal: AbortSignal;
  kubectl(args: readonly string[], options?: CommandOptions): Promise<string>;
  /** Runs a program in a container of a pod and gives what it printed. */
  exec(pod: string, container: string, args: readonly string[], options?: CommandOptions): Promise<string>;
  /** By name. */
  pods(): Promise<readonly Pod[]>;
  pod(name: string): Promise<Pod>;
  /** The running primary, which is waited for. */
  primary(): Promise<Pod>;
  /** A session of the superuser, to be ended by the caller. */
  connect(pod: Pod): Promise<Client>;
  /** One statement as the superuser, in a session of its own. */
  query<Row extends QueryResultRow>(pod: Pod, sql: string): Promise<Row[]>;
  status(pod: Pod, port?: number): Promise<Status>;
  metrics(pod: Pod, port?: number): Promise<string>;
  /** Waits until the agents of so many pods say that they are ready. */
  agentsReady(members: number, ports?: readonly number[]): Promise<void>;
  /**
   * Waits until `look` gives something other than undefined or false, by default for a minute.
   *
   * @param what ends the sentence "waited 60 s for …", which the last words follow.
   */
  waitFor<Found>(
    what: string,
    look: () => Promise<Found | undefined | false>,
    deadlineMs?: number,
  ): Promise<Found>;
  /** What a person needs to understand a failure: the pods, events, and each container's last lines. */
  lastWords(): Promise<string>;
}

export const suitePort = 9187;

export interface MembersInput {
  readonly cluster: KubeCluster;
  readonly namespace: string;
  /** `cluster-name=patroni` */
  readonly label: string;
  readonly superuserPassword: () => Promise<string>;
  /** Of whoever looks after them. */
  readonly keepersWords?: () => Promise<string>;
  readonly signal: AbortSignal;
}

export const membersIn = ({
  cluster,
  namespace,
  label,
  superuserPassword,
  keepersWords = async () => '',
  signal,
}: MembersInput): Members => {
  const kubectl: Members['kubectl'] = (args, more) =>
    cluster.kubectl(['--namespace', namespace, ...args], signal, more);
  const pods = async () => parsePods(await kubectl(['get', 'pods', '-l', label, '-o', 'json']));
  const url = ({ address }: Pod, port: number) => `http://${address}:${port}`;
  const deadline = () => AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
  const lastWords = async () => {
    const words = (args: readonly string[]) =>
      cluster
        .kubectl(['--namespace', namespace, ...args], AbortSignal.timeout(20_000))
        .catch((error: unknown) => String(error));
    const logs = [
      'logs',
      '-l',
      label,
      '--all-containers',
      '--prefix',
      '--tail=1000',
      '--max-log-requests=20',
    ];
    const parts = [words(['get', 'pods', '-o', 'wide']), words(['events', '--types=Warning'])];
    return (await Promise.all([keepersWords(), ...parts, words(logs).then(ownWords)])).join('\n');
  };
  const connect = async ({ address }: Pod) => {
    const client = new Client({
      ...{ host: address, user: 'postgres', database: 'postgres', password: await superuserPassword() },
      ...{ connectionTimeoutMillis: 5_000, query_timeout: 120_000 },
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const until: Members['waitFor'] = (what, look, deadlineMs = 60_000) =>
    waitFor(what, look, { deadlineMs, everyMs: 500, signal, explain: lastWords });

  return {
    cluster,
    namespace,
    signal,
    kubectl,
    exec: (pod, container, args, more) => kubectl(['exec', pod, '-c', container, '--', ...args], more),
    pods,
    pod: async (name) => {
      const found = (await pods()).find((pod) => pod.name === name);
      if (found === undefined) throw new Error(`there is no running pod ${name}`);
      return found;
    },
    primary: () =>
      until('a primary', async () =>
        (await pods()).find(({ role, ending }) => role === 'primary' && !ending),
      ),
    connect,
    query: async <Row extends QueryResultRow>(pod: Pod, sql: string) => {
      const client = await connect(pod);
      try {
        return (await client.query<Row>(sql)).rows;
      } finally {
        await client.end();
      }
    },
    status: async (pod, port = suitePort) =>
      statusSchema.parse(await getJson(`${url(pod, port)}/status`, deadline())),
    metrics: (pod, port = suitePort) => getText(`${url(pod, port)}/metrics`, deadline()),
    agentsReady: async (members, ports = [suitePort]) => {
      const isReady = async () => {
        const now = await pods();
        const asked = now.flatMap((pod) =>
          ports.map((port) => getText(`${url(pod, port)}/readyz`, deadline())),
        );
        return (await Promise.all(asked)).length === members * ports.length;
      };
      await until(`the agents of ${members} pods to be ready`, isReady, 120_000);
    },
    waitFor: until,
    lastWords,
  };
};
