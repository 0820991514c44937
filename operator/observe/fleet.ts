import type { Clock } from '@howdah/core/clock';
import { describeError } from '@howdah/core/errors';
import { createPatroniClient } from '@howdah/patroni/client';
import { createStatusClient } from '@howdah/status/client';
import type { Cluster, Fleet, Reading } from '@howdah/status/fleet';
import type { Status } from '@howdah/status/status';
import { ports } from '../desire/paths.ts';
import type { MemberPod } from './pods.ts';

/** What is told within so long is of now; a member that needs longer is not waited for. */
const deadlineMs = 3_000;

const ask = async <Answer>(question: Promise<Answer>, clock: Clock): Promise<Reading<Answer>> => {
  const askedAt = clock.now().toISOString();
  try {
    const answer = await question;
    return { askedAt, answer, answeredAt: clock.now().toISOString() };
  } catch (error) {
    return { askedAt, error: describeError(error) };
  }
};

const agentsOf = async (address: string, signal: AbortSignal): Promise<Status> => {
  const client = createStatusClient({ url: `http://${address}:${ports.agents}`, timeoutMs: deadlineMs });
  try {
    return await client.read(signal);
  } finally {
    client.close();
  }
};

const clusterOf = async (address: string, signal: AbortSignal): Promise<Cluster> => {
  const client = createPatroniClient({ url: `http://${address}:${ports.patroni}`, deadlineMs });
  try {
    return await client.cluster(signal);
  } finally {
    client.close();
  }
};

const firstAnswer = async (addresses: readonly string[], signal: AbortSignal): Promise<Cluster> => {
  if (addresses.length === 0) throw new Error('no member has an address yet');
  try {
    return await Promise.any(addresses.map((address) => clusterOf(address, signal)));
  } catch (error) {
    // Each says the same in its own words; one is enough for a person.
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
};

/** Asks every member’s agents, and Patroni on whoever answers first. */
export const readFleet = async (
  pods: readonly MemberPod[],
  clock: Clock,
  signal: AbortSignal,
): Promise<Fleet> => {
  const addresses = pods.flatMap(({ address, ending }) => (address === undefined || ending ? [] : [address]));
  const [cluster, members] = await Promise.all([
    ask(firstAnswer(addresses, signal), clock),
    Promise.all(
      pods.map(async ({ name, address }) => ({
        name,
        watched: true,
        agents: address === undefined ? {} : await ask(agentsOf(address, signal), clock),
      })),
    ),
  ]);
  return { now: clock.now().toISOString(), staleAfterSeconds: deadlineMs / 1_000 + 1, cluster, members };
};
