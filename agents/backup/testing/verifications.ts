import type { Clock } from '@howdah/core/clock';
import type { VerifyReport } from '@howdah/pgbackrest/verify-report';
import { createLogger } from '@howdah/runtime/logger';
import { dueTimes } from '@howdah/schedule/due-times';
import type { JournalStore } from '../ports.ts';
import type { RepositoryWatch } from '../repository/watch.ts';
import type { RoleWatch } from '../role/watch.ts';
import { VerifyJournal } from '../verification/journal.ts';
import { createMemoryStore } from '../verification/memory-store.ts';
import { Verifications } from '../verification/verifications.ts';

export interface VerificationsOn {
  readonly repositories: RepositoryWatch;
  readonly role: RoleWatch;
  readonly clock: Clock;
  /** Default never. */
  readonly cron?: string;
  /** Default without a journal. */
  readonly store?: JournalStore;
  readonly member?: string;
  readonly agent?: string;
  readonly version?: string;
  readonly verify?: (signal: AbortSignal) => Promise<VerifyReport>;
}

/** Verifies of repository 1 whose pgBackRest is the test's. */
export const verificationsOn = ({
  repositories,
  role,
  clock,
  cron,
  store,
  member = 'pg-0',
  agent = `${member}-1`,
  version = '2.45',
  verify = async () => ({ status: 'ok', archives: [], backups: [], remarks: [], findings: [] }),
}: VerificationsOn) =>
  new Verifications({
    schedule:
      cron === undefined ? undefined : { cron, timeZone: 'UTC', repos: [1], times: dueTimes(cron, 'UTC') },
    journals:
      store === undefined
        ? new Map()
        : new Map([[1, new VerifyJournal({ store, prefix: 'howdah/main/verifies/', clock })]]),
    forgetfulJournal: () => new VerifyJournal({ store: createMemoryStore(), prefix: '', clock }),
    verifier: {
      version: async () => {
        const [major = 0, minor = 0] = version.split('.').map(Number);
        return { major, minor, text: version };
      },
      verify: (_, signal) => verify(signal),
    },
    ...{ repositories, role, clock, member, agent, random: () => 0 },
    retry: { initialMs: 30_000, maxMs: 1_800_000 },
    logger: createLogger('test', { level: 'silent' }),
  });
