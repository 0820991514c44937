import type { Clock } from '@howdah/core/clock';
import { describeError } from '@howdah/core/errors';
import type { Patroni, Server } from '../ports.ts';
import {
  agrees,
  type GateDecision,
  judgeRole,
  patienceMs,
  type RoleEvidence,
  type RoleView,
} from './gate.ts';

export interface RoleWatchInput {
  /** Absent where PostgreSQL alone says who is primary. */
  readonly patroni: Patroni | undefined;
  readonly server: Pick<Server, 'recovery'>;
  readonly clock: Clock;
}

/** Whoever answers later than this counts as silent this time. */
export const answerDeadlineMs = 1_000;

/** Knows this member's role by asking; never asks twice at a time. */
export interface RoleWatch {
  /** Asks now. Resolves within about a second, whoever answers; never rejects but for an abort. */
  ask(signal: AbortSignal): Promise<RoleView>;
  /** The role by what was last heard, judged at this moment. */
  view(): RoleView;
  /** Asks PostgreSQL itself, under its own deadlines; rejects when it does not answer. */
  confirm(signal: AbortSignal): Promise<GateDecision>;
  /** Why the last question to Patroni (or PostgreSQL) had no answer; undefined when it had one. */
  silence(): string | undefined;
}

export const createRoleWatch = ({ patroni, server, clock }: RoleWatchInput): RoleWatch => {
  let evidence: RoleEvidence = {};
  let silence: string | undefined;
  let asking: Promise<void> | undefined;
  const startedMs = clock.monotonicMs();
  const view = () => judgeRole(evidence, clock.monotonicMs());

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

  return {
    view,
    silence: () => silence,
    confirm: async (signal) => agrees((await server.recovery(signal)).inRecovery),
    ask: async (signal) => {
      asking ??= round(signal).finally(() => {
        asking = undefined;
      });
      await asking;
      // Of whoever asks here: a round that somebody else began and gave up leaves what was heard before.
      signal.throwIfAborted();
      return view();
    },
  };
};

const silenceWords = (reason: unknown): string =>
  reason instanceof Error && reason.name === 'TimeoutError'
    ? `no answer within ${answerDeadlineMs} ms`
    : describeError(reason);
