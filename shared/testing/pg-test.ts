import { afterAll, beforeAll } from 'vitest';
import { type PostgresOptions, type PostgresServer, startPostgres } from './postgres-server.ts';

/**
 * One PostgreSQL for all tests of a file, started before the first and stopped after the last.
 *
 * @returns a function that gives the running server; call it inside tests and hooks, not beside them.
 * @example
 * const server = usePostgres({ roles: true });
 * it('answers', async () => expect(await server().query('SELECT 1 AS one')).toEqual([{ one: 1 }]));
 */
export const usePostgres = (options: PostgresOptions = {}): (() => PostgresServer) => {
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    server = await startPostgres(options);
  }, 60_000);
  afterAll(() => server?.stop(), 30_000);
  return () => {
    if (server === undefined) throw new Error('the server is there only inside tests and hooks');
    return server;
  };
};
