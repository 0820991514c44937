import { isIPv6 } from 'node:net';
import { describeError, HowdahError } from '@howdah/core/errors';
import { createPatroniClient } from '@howdah/patroni/client';
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
  const cluster = patroniUrl === undefined ? {} : await read(() => askPatroni(patroniUrl, signal), signal);
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

/** What one question found: the answer with its time, or why there is none. */
const read = async <Answer>(
  question: () => Promise<Answer>,
  signal: AbortSignal,
): Promise<Reading<Answer>> => {
  const askedAt = new Date().toISOString();
  try {
    const answer = await question();
    return { askedAt, answer, answeredAt: new Date().toISOString() };
  } catch (error) {
    signal.throwIfAborted();
    return { askedAt, error: describeError(error) };
  }
};

const askMember = async ({ url, name }: Target, signal: AbortSignal): Promise<FleetMember> => {
  const client = createStatusClient({ url });
  try {
    const agents: Reading<Status> = await read(() => client.read(signal), signal);
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
