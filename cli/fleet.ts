import { isIPv6 } from 'node:net';
import { systemClock } from '@howdah/core/clock';
import { HowdahError } from '@howdah/core/errors';
import { createPatroniClient } from '@howdah/patroni/client';
import { ask } from '@howdah/status/ask';
import { createStatusClient } from '@howdah/status/client';
import type { Cluster, Fleet, FleetMember, Reading } from '@howdah/status/fleet';
import type { Status } from '@howdah/status/status';
import { cliErrors } from './errors.ts';

export interface FleetQuestion {
  /** Where agents listen. */
  readonly urls: readonly string[];
  /** A Patroni REST address: its members' agents are asked, at their host and the port of the first url. */
  readonly patroniUrl?: string;
}

/** One look is always of now; the bound only has to be longer than the slowest answer. */
const staleAfterSeconds = 60;

/** Asks everybody once, side by side. Rejects with HOWDAH_CLI_NOBODY_ANSWERS when all are silent. */
export const askFleet = async ({ urls, patroniUrl }: FleetQuestion, signal: AbortSignal): Promise<Fleet> => {
  const cluster =
    patroniUrl === undefined
      ? {}
      : await ask({}, (within) => askPatroni(patroniUrl, within), systemClock, signal);
  const targets =
    patroniUrl === undefined || cluster.answer === undefined
      ? urls.map((url) => ({ url }))
      : agentsOf(cluster.answer, urls[0] ?? '');
  const members = await Promise.all(targets.map((target) => askMember(target, signal)));
  if (members.every(({ agents }) => agents.answer === undefined)) {
    const reasons = [cluster.error, ...members.map(({ agents }) => agents.error)];
    throw new HowdahError(
      cliErrors.nobodyAnswers,
      `nobody answers: ${reasons.filter((reason) => reason !== undefined).join('; ')}`,
    );
  }
  return { now: new Date().toISOString(), staleAfterSeconds, cluster, members };
};

interface Target {
  readonly url: string;
  /** Known before the member answers only from Patroni. */
  readonly name?: string;
}

const askMember = async ({ url, name }: Target, signal: AbortSignal): Promise<FleetMember> => {
  const client = createStatusClient({ url });
  try {
    const agents: Reading<Status> = await ask({}, (within) => client.read(within), systemClock, signal);
    return { name: name ?? agents.answer?.member ?? new URL(url).host, watched: true, agents };
  } finally {
    client.close();
  }
};

type ListedMember = Cluster['members'][number] & { readonly host?: string };

const askPatroni = async (url: string, signal: AbortSignal): Promise<Cluster> => {
  const client = createPatroniClient({ url });
  try {
    return await client.cluster(signal);
  } finally {
    client.close();
  }
};

/** Peers are at their host and the agents' port; one that has told no host yet is at none. */
export const agentsOf = (cluster: Cluster, url: string): readonly Target[] =>
  (cluster.members as readonly ListedMember[]).map(({ name, host }) => {
    const target = new URL(url);
    target.hostname = hostnameOf(host ?? 'unknown.invalid');
    return { name, url: target.href };
  });

/** As a URL has it. An assignment of anything else would be ignored, and another member be asked instead. */
const hostnameOf = (host: string): string => (isIPv6(host) ? `[${host}]` : host);
