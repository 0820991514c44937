import type { Clock } from '@howdah/core/clock';
import { describeError } from '@howdah/core/errors';
import type { VerifyReport } from '@howdah/pgbackrest/verify-report';
import type { Logger } from '@howdah/runtime/logger';
import type { Cancellation } from '../cancellation.ts';
import { heartbeat } from '../journal/heartbeat.ts';
import type { Verifier } from '../ports.ts';
import { viewIn } from '../repository/views.ts';
import type { RepositoryWatch } from '../repository/watch.ts';
import type { RoleWatch } from '../role/watch.ts';
import { type Fence, type RunEnd, roleIntervalMs, whilePrimary } from '../role/while-primary.ts';
import type { VerifyEnding } from './entry.ts';
import type { VerifyClaim, VerifyJournal } from './journal.ts';
import { judgeVerify } from './judge.ts';

export interface AttemptInput {
  readonly verifier: Pick<Verifier, 'verify'>;
  readonly repositories: Pick<RepositoryWatch, 'read' | 'views'>;
  readonly role: Pick<RoleWatch, 'ask' | 'view'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface VerifyAttempt {
  readonly claim: VerifyClaim;
  readonly journal: Pick<VerifyJournal, 'beat'>;
  readonly cancellation: Cancellation;
  /** Why it has to make room; asked each second. */
  readonly moreUrgent: () => string | undefined;
}

/**
 * Has pgBackRest verify one repository for as long as this member is the primary, the repository answers and nothing is
 * more urgent. Tells what came of it, whatever that is.
 */
export const attemptVerify = async (
  input: AttemptInput,
  { claim, journal, cancellation, moreUrgent }: VerifyAttempt,
  signal: AbortSignal,
): Promise<VerifyEnding> => {
  const { verifier, repositories, role, clock, logger } = input;
  const { repo } = claim.entry;
  const before = viewIn(repositories.views(), repo)?.backups.map(({ label }) => label) ?? [];
  let report: VerifyReport | undefined;
  const work = async (stop: AbortSignal) => {
    report = await verifier.verify(repo, stop);
  };
  const isReachable = () => viewIn(repositories.views(), repo)?.reachable === true;
  const fences = [
    heartbeat({ journal, claim, clock, logger }),
    cancellation.fence,
    eachSecond(clock, moreUrgent),
    // Each file that cannot be read would cost it 15 s, for hours.
    eachSecond(clock, () => (isReachable() ? undefined : 'the repository does not answer any more')),
  ];
  let end: RunEnd;
  try {
    end = await whilePrimary({ role, clock, fences }, work, signal);
    if (!signal.aborted) await repositories.read(signal).catch(() => undefined);
  } catch (error) {
    end = { kind: 'aborted', reason: describeError(error) };
  }
  const at = clock.now().toISOString();
  if (end.kind === 'aborted') return { at, outcome: 'aborted', reason: end.reason };
  const said =
    end.kind === 'completed' && report !== undefined
      ? { report }
      : { error: end.kind === 'failed' ? end.error : new Error('pgBackRest said nothing') };
  return { at, ...judgeVerify({ said, before, after: viewIn(repositories.views(), repo) }) };
};

const eachSecond =
  (clock: Clock, because: () => string | undefined): Fence =>
  async (until) => {
    for (;;) {
      await clock.sleep(roleIntervalMs, until);
      const reason = because();
      if (reason !== undefined) return reason;
    }
  };
