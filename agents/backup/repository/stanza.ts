import { type BackoffRule, backoffMs } from '@howdah/core/backoff';
import type { Clock } from '@howdah/core/clock';
import { describeError } from '@howdah/core/errors';
import type { Logger } from '@howdah/runtime/logger';
import type { Repository } from '../ports.ts';
import type { RoleWatch } from '../role/watch.ts';
import { whilePrimary } from '../role/while-primary.ts';
import { refusalOf } from './stanza-judgement.ts';
import type { StanzaWatch } from './stanza-watch.ts';
import type { RepositoryView } from './views.ts';
import type { RepositoryWatch } from './watch.ts';

export interface StanzasInput {
  readonly repository: Pick<Repository, 'createStanza' | 'upgradeStanza'>;
  readonly repositories: Pick<RepositoryWatch, 'read' | 'views'>;
  readonly stanzas: Pick<StanzaWatch, 'look'>;
  readonly role: RoleWatch;
  readonly retry: BackoffRule;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/** Until the server has said which cluster it is of, and other members that they see a volume. */
const waitMs = 2_000;

/** Whether its stanza is this cluster's, as far as anybody can say. */
export const hasStanza = ({ stanzaMissing, stanza }: RepositoryView): boolean =>
  !stanzaMissing && (stanza === undefined || stanza.kind === 'ours');

/** Makes the stanza where a repository has none, and upgrades it. Backups elsewhere do not wait for it. */
export class Stanzas {
  readonly #input: StanzasInput;
  #failures = 0;
  #notBeforeMs = 0;
  #problem: string | undefined;

  constructor(input: StanzasInput) {
    this.#input = input;
  }

  /** Why there is none yet; undefined when it is there or was not tried. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** @returns how long to wait before the next try, in milliseconds; 0 when there is nothing to do. */
  async settle(signal: AbortSignal): Promise<number> {
    const { repositories, stanzas, clock, logger } = this.#input;
    if (repositories.views().every(hasStanza)) return this.#settled();
    const restMs = this.#notBeforeMs - clock.monotonicMs();
    if (restMs > 0) return restMs;
    if (repositories.views().some(isOpen)) await stanzas.look(signal);
    const views = repositories.views();
    // pgBackRest does either in all repositories at once, another cluster's among them.
    if (views.some((view) => refusalOf(view) !== undefined)) return this.#settled();
    const waits = views.find(isOpen);
    if (waits !== undefined) return this.#waits(waits);
    const steps = stepsOf(views);
    if (steps.length === 0) return this.#settled();
    try {
      await this.#take(steps, signal);
      logger.info({ steps }, 'stanza settled');
      this.#settled();
      await repositories.read(signal);
      return 0;
    } catch (error) {
      signal.throwIfAborted();
      return this.#failed(describeError(error));
    }
  }

  /**
   * By the primary alone, and stopped with its role. Where one repository lacks the stanza and another one is to be
   * upgraded, each step stops at the other one's repository: what one lets undone the next try does.
   */
  async #take(steps: readonly Step[], signal: AbortSignal): Promise<void> {
    const { repository, role } = this.#input;
    const agreed = await role.confirm(signal);
    if (!agreed.open) throw new Error(agreed.because);
    for (const [index, step] of steps.entries()) {
      const work = (stop: AbortSignal) =>
        step === 'create' ? repository.createStanza(stop) : repository.upgradeStanza(stop);
      const end = await whilePrimary(this.#input, work, signal);
      if (end.kind === 'aborted') throw new Error(end.reason);
      if (end.kind === 'failed' && index === steps.length - 1) throw end.error;
    }
  }

  #settled(): number {
    this.#problem = undefined;
    this.#failures = 0;
    return 0;
  }

  #waits({ stanza }: RepositoryView): number {
    this.#problem = stanza?.kind === 'wait' ? stanza.because : 'nobody has said which cluster this is';
    this.#notBeforeMs = this.#input.clock.monotonicMs() + waitMs;
    return waitMs;
  }

  #failed(problem: string): number {
    const { retry, clock, random, logger } = this.#input;
    if (problem !== this.#problem) logger.warn({ error: problem }, 'stanza could not be settled');
    this.#problem = problem;
    this.#failures += 1;
    const nextMs = backoffMs(retry, this.#failures, random());
    this.#notBeforeMs = clock.monotonicMs() + nextMs;
    return nextMs;
  }
}

type Step = 'create' | 'upgrade';

const stepsOf = (views: readonly RepositoryView[]): readonly Step[] =>
  (['create', 'upgrade'] as const).filter((step) => views.some(({ stanza }) => stanza?.kind === step));

/** What is to be done is not known yet. */
const isOpen = ({ stanzaMissing, stanza }: RepositoryView): boolean =>
  stanza === undefined ? stanzaMissing : stanza.kind === 'wait';
