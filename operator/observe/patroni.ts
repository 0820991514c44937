import { HowdahError } from '@howdah/core/errors';
import { covers } from '@howdah/kube/covers';
import type { PatroniClient, PatroniOrder } from '@howdah/patroni/client';
import { patroniErrors } from '@howdah/patroni/errors';
import type { Login } from './logins.ts';
import type { OpenPatroni } from './member-patroni.ts';
import type { MemberPod } from './pods.ts';

/** A switchover waits for a checkpoint; a restart for one, and for recovery. */
const orderDeadlineMs = 120_000;

/** What is asked of the members’ own Patronis, and what they are told. */
export interface AskPatroni {
  /** When each member’s PostgreSQL was started; those that do not answer are left out. */
  starts(pods: readonly MemberPod[], signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /**
   * Makes the cluster-wide configuration say what is wanted, by way of the primary; null stands for a key that is
   * not to be there. @returns whether anything was written.
   */
  configure(
    primary: MemberPod,
    wanted: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<boolean>;
  order(member: string, order: PatroniOrder, pods: readonly MemberPod[], signal: AbortSignal): Promise<void>;
}

const withClient = async <Answer>(
  open: OpenPatroni,
  pod: MemberPod | undefined,
  options: { readonly login?: Login; readonly deadlineMs: number },
  ask: (client: PatroniClient) => Promise<Answer>,
): Promise<Answer> => {
  if (pod?.address === undefined)
    throw new HowdahError(patroniErrors.unreachable, 'the member has no pod with an address');
  const client = open(pod, pod.address, options);
  try {
    return await ask(client);
  } finally {
    client.close();
  }
};

/** @param readLogin of Patroni’s write endpoints; asked for each order. */
export const askPatroni = (
  open: OpenPatroni,
  readLogin: (signal: AbortSignal) => Promise<Login>,
): AskPatroni => ({
  starts: async (pods, signal) => {
    const found = await Promise.all(
      pods.map(async (pod) => {
        try {
          const { startedAt } = await withClient(open, pod, { deadlineMs: 3_000 }, (client) =>
            client.member(signal),
          );
          return startedAt === undefined ? [] : [[pod.name, startedAt] as const];
        } catch (error) {
          signal.throwIfAborted();
          if (error instanceof HowdahError) return [];
          throw error;
        }
      }),
    );
    return Object.fromEntries(found.flat());
  },
  configure: async (primary, wanted, signal) => {
    const login = await readLogin(signal);
    return withClient(open, primary, { login, deadlineMs: 5_000 }, async (client) => {
      if (covers(await client.wholeConfig(signal), wanted)) return false;
      await client.patchConfig(wanted, signal);
      return true;
    });
  },
  order: async (member, order, pods, signal) => {
    const pod = pods.find(({ name }) => name === member);
    const login = await readLogin(signal);
    await withClient(open, pod, { login, deadlineMs: orderDeadlineMs }, (client) =>
      client.order(order, signal),
    );
  },
});
