import type { Clock } from '@howdah/core/clock';
import { describeError } from '@howdah/core/errors';
import type { Patroni, Server } from '../ports.ts';
import {
  agrees,
  type GateDecision,
  judgeRole,
  mayStart,
  patienceMs,
  type RoleEvidence,
  type RoleView,
} from './gate.ts';

export interface RoleWatchInput {
  /** Absent where PostgreSQL alone says who is primary. */
  readonly patroni: Patroni | undefined;
  readonly server: Pick<Server, 'recovery'>;
  /** Default never. */
  readonly standbyLeaderBacksUp?: boolean;
  readonly clock: Clock;
}

/** Whoever answers later than this counts as silent this time. */
export const answerDeadlineMs = 1_000;
/** A busy Patroni is late now and then; a backup that is refused for it waits for ten seconds. */
const asksToConfirm = 3;

/** Knows this member's role by asking; never asks twice at a time. */
export interface RoleWatch {
  /** Asks now. Resolves within about a second, whoever answers; never rejects but for an abort. */
  ask(signal: AbortSignal): Promise<RoleView>;
  /** The role by what was last heard, judged at this moment. */
  view(): RoleView;
  /**
   * Asks both once more, before something is begun: Patroni for role and lock, PostgreSQL under its own deadlines
   * whether it agrees; rejects when PostgreSQL does not answer.
   */
  confirm(signal: AbortSignal): Promise<GateDecision>;
  /** Why the last question to Patroni (or PostgreSQL) had no answer; undefined when it had one. */
  silence(): string | undefined;
}

export const createRoleWatch = ({
  patroni,
  server,
  standbyLeaderBacksUp = false,
  clock,
}: RoleWatchInput): RoleWatch => {
  let evidence: RoleEvidence = {};
  let silence: string | undefined;
  let asking: Promise<void> | undefined;
  const startedMs = clock.monotonicMs();
  const rules = { hasLock: patroni !== undefined, standbyLeaderBacksUp };
  const view = () => judgeRole(evidence, clock.monotonicMs(), rules);

  const askPatroni = async (from: Patroni, signal: AbortSignal): Promise<void> => {
    const word = await from.member(signal);
    evidence = { ...evidence, patroni: { ...word, atMs: clock.monotonicMs() } };
  };
  const askServer = async (signal: AbortSignal): Promise<void> => {
    const word = await server.recovery(signal);
    evidence = { ...evidence, postgres: { ...word, atMs: clock.monotonicMs() } };
  };
  const silentForMs = () => clock.monotonicMs() - (evidence.patroni?.atMs ?? startedMs);

  const round = async (signal: AbortSignal): Promise<void> => {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(answerDeadlineMs)]);
    const first = patroni === undefined ? askServer(limited) : askPatroni(patroni, limited);
    // While Patroni is silent both are asked at once, so that its time-out does not delay the other's word.
    const second =
      patroni !== undefined && silentForMs() >= patienceMs - answerDeadlineMs
        ? askServer(limited)
        : undefined;
    const [answer] = await Promise.allSettled([first, second]);
    if (!signal.aborted) silence = answer.status === 'fulfilled' ? undefined : silenceWords(answer.reason);
  };

  const ask = async (signal: AbortSignal): Promise<RoleView> => {
    asking ??= round(signal).finally(() => {
      asking = undefined;
    });
    await asking;
    // Of whoever asks here: a round that somebody else began and gave up leaves what was heard before.
    signal.throwIfAborted();
    return view();
  };

  return {
    ...{ view, ask },
    silence: () => silence,
    confirm: async (signal) => {
      let now = await ask(signal);
      for (let asked = 1; rules.hasLock && silence !== undefined && asked < asksToConfirm; asked += 1)
        now = await ask(signal);
      if (rules.hasLock && silence !== undefined)
        return { open: false, because: `role and lock are not known: ${silence}` };
      const gate = mayStart(now, undefined);
      return gate.open ? agrees((await server.recovery(signal)).inRecovery, now.role) : gate;
    },
  };
};

const silenceWords = (reason: unknown): string =>
  reason instanceof Error && reason.name === 'TimeoutError'
    ? `no answer within ${answerDeadlineMs} ms`
    : describeError(reason);
