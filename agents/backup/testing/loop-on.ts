import { type Clock, systemClock } from '@howdah/core/clock';
import { createLogger } from '@howdah/runtime/logger';
import type { MemberRole, RunOutcome } from '@howdah/status/backup';
import type { TestRepository } from '@howdah/testing/pgbackrest-repository';
import { Expirations } from '../expire.ts';
import type { Journals } from '../journal/journals.ts';
import { BackupLoop } from '../loop.ts';
import type { Expiration } from '../model.ts';
import { createStanzaWatch, type StanzaWatchInput } from '../repository/stanza-watch.ts';
import { createRepositoryWatch } from '../repository/watch.ts';
import { createRoleWatch } from '../role/watch.ts';
import type { Timed } from '../schedule.ts';
import { journalsOf } from './journals.ts';
import { repositoryOn } from './repository-on.ts';
import { serverOn } from './server-on.ts';
import { memoryOf } from './stanza-memory.ts';

export interface LoopOn {
  readonly on: TestRepository;
  readonly timed: readonly Timed[];
  readonly expirations?: readonly Expiration[];
  /** Default 1. */
  readonly repos?: readonly number[];
  /** Patroni’s word; default always primary. */
  readonly role?: () => MemberRole;
  readonly clock?: Clock;
  /** Default without a journal. */
  readonly journals?: Journals;
  readonly upgradeFrom?: string;
  /** Repositories that are volumes; default none. */
  readonly volumes?: StanzaWatchInput['volumes'];
  /** Default one that knows nothing. */
  readonly memory?: StanzaWatchInput['memory'];
  readonly onOutcome: (outcome: RunOutcome) => void;
}

/** The backup loop of `pg-0` on a real PostgreSQL and a real pgBackRest, which has looked once. */
export const loopOn = async ({
  on,
  timed,
  expirations: asked = [],
  repos = [1],
  role: says = () => 'primary',
  clock = systemClock,
  journals = journalsOf(clock),
  upgradeFrom,
  volumes = new Map(),
  memory = memoryOf(),
  onOutcome,
}: LoopOn) => {
  const signal = new AbortController().signal;
  const repository = repositoryOn(on.pgbackrest, { retentionFull: 1 });
  const role = createRoleWatch({
    ...{
      patroni: { member: async () => ({ role: says(), timeline: 1 }) },
      server: serverOn(on.server),
      clock,
    },
  });
  const logger = createLogger('test', { level: 'silent' });
  const stanzas = createStanzaWatch({
    repositories: createRepositoryWatch({ repository, configured: repos, clock }),
    ...{
      server: serverOn(on.server),
      volumes,
      memory,
      others: async () => [],
      upgradeFrom,
      clock,
      logger,
    },
  });
  const { repositories } = stanzas;
  await Promise.all([role.ask(signal), repositories.read(signal)]);
  const expirations = new Expirations({ asked, repository, repositories, role, clock, logger });
  const loop = new BackupLoop({
    ...{ expirations, timed, repositories, stanzas, clock, role, repository, journals, logger, onOutcome },
    member: 'pg-0',
    initialBackup: true,
    retry: { initialMs: 1_000, maxMs: 10_000 },
    random: () => 0.5,
  });
  return { loop, repository, stanzas, repositories, expirations, role };
};
