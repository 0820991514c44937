import type { Clock } from '@howdah/core/clock';
import { createLogger } from '@howdah/runtime/logger';
import { Journal } from '../journal/journal.ts';
import { Journals } from '../journal/journals.ts';
import type { JournalStore } from '../ports.ts';

export const journalPrefix = 'howdah/main/runs/';

/** Of a member whose repositories 1, 2 … keep their journals in `stores`; of one without any journal when absent. */
export const journalsOf = (
  clock: Clock,
  stores: JournalStore | readonly JournalStore[] = [],
  member = 'pg-0',
  agent = `${member}-1`,
) =>
  new Journals({
    journals: new Map(
      [stores]
        .flat()
        .map((store, index) => [index + 1, new Journal({ store, prefix: journalPrefix, clock })]),
    ),
    ...{ member, agent, clock, logger: createLogger('test', { level: 'silent' }) },
  });
