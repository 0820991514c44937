import type { Ending, Entry } from './entry.ts';

/** What is asked of an attempt; that at a verify has it too. */
type Attempted = Pick<Entry, 'member' | 'agent' | 'timeline' | 'startedAt'> & {
  readonly ended?: Pick<Ending, 'outcome' | 'label' | 'reason' | 'cancelled'> | undefined;
};

/** Who wants to make an attempt. */
export interface Claimant {
  readonly member: string;
  /** Of this start of its agents. */
  readonly agent: string;
  readonly timeline: number | undefined;
}

export type Decision =
  /** Nobody is at it. */
  | { readonly kind: 'free' }
  /** Whoever was at it is no more: its attempt is to be closed with these words, and another one begun. */
  | { readonly kind: 'take-over'; readonly because: string }
  | { readonly kind: 'held'; readonly by: string; readonly because: string }
  /** It was done, whatever became of the backup since, unless it is superseded. */
  | { readonly kind: 'settled'; readonly label?: string }
  /** A person stopped it, and nobody takes it up again. */
  | { readonly kind: 'cancelled'; readonly because: string };

export const isAtIt = ({ member, startedAt }: Attempted): string => `${member} is at it since ${startedAt}`;

/** An attempt that has not said anything for so long is nobody's any more. */
export const silentAfterMs = 60_000;

/**
 * Whether a primary may make the next attempt at a due time, by the newest one that is known.
 *
 * @param silentForMs how long this member has seen no new sign of life in it; by its own clock alone, so that clocks that
 * differ let nobody look dead
 */
export const decideClaim = (
  newest: Attempted | undefined,
  me: Claimant,
  silentForMs: number,
  /** A first full backup may go, and any may be superseded; it is wanted again then. */
  again: boolean,
): Decision => {
  if (newest === undefined) return { kind: 'free' };
  const { ended, member, agent, timeline } = newest;
  if (ended !== undefined) {
    if (ended.cancelled === true && !again) return { kind: 'cancelled', because: ended.reason ?? '' };
    if (ended.outcome !== 'done' || again) return { kind: 'free' };
    return { kind: 'settled', ...(ended.label === undefined ? {} : { label: ended.label }) };
  }
  if (member === me.member)
    return agent === me.agent
      ? { kind: 'held', by: member, because: 'this agent is at it' }
      : { kind: 'take-over', because: `the agents of ${member} ended during it` };
  if (timeline !== undefined && me.timeline !== undefined && timeline !== me.timeline)
    return timeline < me.timeline
      ? {
          kind: 'take-over',
          because: `${member} began it on timeline ${timeline}, and ${me.member} is primary on ${me.timeline}`,
        }
      : {
          kind: 'held',
          by: member,
          because: `${member} is at it on timeline ${timeline}, newer than ${me.timeline} here`,
        };
  return silentForMs >= silentAfterMs
    ? { kind: 'take-over', because: `${member} gave no sign of life for ${silentAfterMs / 1_000} s` }
    : { kind: 'held', by: member, because: isAtIt(newest) };
};
