import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { HowdahError } from '@howdah/core/errors';
import { errorCatalogue } from '../errors.ts';

/** One number per member, in the order of {@link memberNames}. */
export type PerMember = readonly [number, number, number];

export const memberNames = ['pg-0', 'pg-1', 'pg-2'] as const;
export type MemberName = (typeof memberNames)[number];

/** Every TCP port a local cluster listens on, all on 127.0.0.1. */
export interface Ports {
  readonly postgres: PerMember;
  readonly patroni: PerMember;
  readonly agents: PerMember;
  readonly prometheus: number;
  readonly console: number;
  readonly azurite: number;
  readonly etcdClient: number;
  readonly etcdPeer: number;
}

/**
 * The demo's, which its documentation names. Most lie where Linux also takes the ports of outgoing
 * connections from (32768 to 60999), so one of them may be held for a moment by a client of something.
 */
export const demoPorts: Ports = {
  postgres: [55432, 55433, 55434],
  patroni: [58008, 58009, 58010],
  agents: [59187, 59188, 59189],
  prometheus: 59090,
  console: 7070,
  azurite: 21000,
  etcdClient: 22379,
  etcdPeer: 22380,
};

/** A block of sixteen ports beginning at `base`, so that a test can run beside the demo and other tests. */
export const portsFrom = (base: number): Ports => ({
  postgres: [base, base + 1, base + 2],
  patroni: [base + 3, base + 4, base + 5],
  agents: [base + 6, base + 7, base + 8],
  prometheus: base + 9,
  console: base + 10,
  azurite: base + 11,
  etcdClient: base + 12,
  etcdPeer: base + 13,
});

/** All ports with what each is for, e.g. `['PostgreSQL of pg-0', 55432]`. */
export const namedPorts = (ports: Ports): readonly (readonly [string, number])[] => [
  ...memberNames.flatMap((name, index) => [
    [`PostgreSQL of ${name}`, ports.postgres[index] ?? 0] as const,
    [`Patroni of ${name}`, ports.patroni[index] ?? 0] as const,
    [`the agents of ${name}`, ports.agents[index] ?? 0] as const,
  ]),
  ['Prometheus', ports.prometheus],
  ['the console', ports.console],
  ['the object store', ports.azurite],
  ['etcd', ports.etcdClient],
  ['etcd (peers)', ports.etcdPeer],
];

/** As long as a passing client may hold one of the ports. */
const patienceMs = 10_000;

/** @throws HowdahError naming every port that something else holds, and keeps. */
export const requireFreePorts = async (
  ports: Ports,
  signal: AbortSignal,
  waitMs = patienceMs,
): Promise<void> => {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const taken: string[] = [];
    for (const [purpose, port] of namedPorts(ports)) {
      if (!(await isFree(port))) taken.push(`${port} (${purpose})`);
    }
    if (taken.length === 0) return;
    if (performance.now() >= deadline) {
      throw new HowdahError(
        errorCatalogue.alreadyRunning,
        `already in use on 127.0.0.1: ${taken.join(', ')}`,
      );
    }
    await delay(500, undefined, { signal });
  }
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
