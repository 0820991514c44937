import type { Collector } from '../model.ts';
import { databaseCollector } from './database.ts';
import { locksCollector } from './locks.ts';
import { replicationCollector } from './replication.ts';
import { replicationSlotCollector } from './replication-slot.ts';
import { replicationSlotsCollector } from './replication-slots.ts';
import { rolesCollector } from './roles.ts';
import { settingsCollector } from './settings.ts';
import { statActivityCollector } from './stat-activity.ts';
import { statArchiverCollector } from './stat-archiver.ts';
import { statBgwriterCollector } from './stat-bgwriter.ts';
import { statCheckpointerCollector } from './stat-checkpointer.ts';
import { statDatabaseCollector } from './stat-database.ts';
import { statDatabaseConflictsCollector } from './stat-database-conflicts.ts';
import { statReplicationCollector } from './stat-replication.ts';
import { statUserTablesCollector } from './stat-user-tables.ts';
import { staticCollector } from './static.ts';
import { statioUserTablesCollector } from './statio-user-tables.ts';
import { walCollector } from './wal.ts';

/** In the order in which a cycle reads them: the quick and telling first, file sizes and tables last. */
export const collectors: readonly Collector[] = [
  staticCollector,
  replicationCollector,
  statActivityCollector,
  statReplicationCollector,
  replicationSlotsCollector,
  replicationSlotCollector,
  statArchiverCollector,
  statDatabaseCollector,
  statDatabaseConflictsCollector,
  statBgwriterCollector,
  statCheckpointerCollector,
  locksCollector,
  walCollector,
  rolesCollector,
  settingsCollector,
  databaseCollector,
  statUserTablesCollector,
  statioUserTablesCollector,
];
