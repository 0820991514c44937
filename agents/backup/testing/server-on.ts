import { createServer } from '../server.ts';

/** A test's PostgreSQL, asked as the agents’ role. */
export const serverOn = ({ socketDir, port }: { readonly socketDir: string; readonly port: number }) =>
  createServer({
    host: socketDir,
    port,
    user: 'howdah_backup',
    database: 'postgres',
    applicationName: 'howdah_backup',
    connectTimeoutMs: 2_000,
    statementTimeoutMs: 2_000,
    lockTimeoutMs: 1_000,
  });
