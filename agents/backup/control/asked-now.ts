import type { BackupType } from '@howdah/pgbackrest/info';
import type { RunOutcome } from '@howdah/status/backup';
import { type Request, requestKey } from '../model.ts';
import { type Timed, timedRequest } from '../schedule.ts';

/** So long it may wait to be begun; whoever asked has gone by then. */
const withinHours = 1;
/** So long `/status` tells what came of it. */
const toldForMs = 24 * 3_600_000;
/** As many as `requests:` may hold. */
const most = 100;

/**
 * Backups that persons have asked this agent for. They are in its memory alone, and each is tried once: whoever asked
 * is told what came of it, and may ask again.
 */
export class AskedNow {
  #requests: readonly Request[] = [];

  get requests(): readonly Request[] {
    return this.#requests;
  }

  /** @returns undefined where there are too many */
  ask(type: BackupType, repo: number, now: Date): Request | undefined {
    this.#requests = this.#requests.filter(({ at }) => now.getTime() - at.getTime() <= toldForMs);
    if (this.#requests.length >= most) return undefined;
    const at = this.#freeSecond(now);
    const request = { id: idOf(at), type, repos: [repo], at, withinHours, attempts: 1 };
    this.#requests = [...this.#requests, request];
    return request;
  }

  timed(): readonly Timed[] {
    return this.#requests.filter(({ over }) => over === undefined).map(timedRequest);
  }

  /** An attempt that ended, well or not, was the only one; a refusal is none. */
  note({ scheduleId, outcome, reason = outcome }: RunOutcome): void {
    if (outcome !== 'failed' && outcome !== 'aborted') return;
    this.#requests = this.#requests.map((request) =>
      requestKey(request.id) === scheduleId ? { ...request, over: reason } : request,
    );
  }

  /** pgBackRest tells in whole seconds when a backup began, and the id has no more either. */
  #freeSecond(now: Date): Date {
    let second = Math.floor(now.getTime() / 1_000);
    while (this.#requests.some(({ at }) => at.getTime() === second * 1_000)) second += 1;
    return new Date(second * 1_000);
  }
}

/** `now-20260301t093000z` */
const idOf = (at: Date): string =>
  `now-${at
    .toISOString()
    .replaceAll(/[-:]|\.\d+/g, '')
    .toLowerCase()}`;
