import { HowdahError } from '@howdah/core/errors';
import type { Status } from '@howdah/status/status';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Readiness } from './agent.ts';
import { runtimeErrors } from './errors.ts';

/** What the four read-only endpoints say; all of it from memory. */
export interface Endpoints {
  /** Text exposition format 0.0.4. */
  metrics(): Promise<string>;
  status(): Status;
  /** Agents that are stuck in a way that a restart of the process would mend. */
  stalled(): readonly string[];
  readiness(): Readonly<Record<string, Readiness>>;
}

export interface HttpAddress {
  readonly host: string;
  readonly port: number;
}

/** A server that nobody can keep busy. */
export const createBareServer = (): FastifyInstance =>
  Fastify({
    logger: false,
    // No request carries a body to speak of, and none takes longer than a scrape may.
    bodyLimit: 1_024,
    requestTimeout: 10_000,
    keepAliveTimeout: 75_000,
    forceCloseConnections: true,
  });

/** `/metrics`, `/healthz`, `/readyz`, `/status`: GET only, nothing here changes anything. */
export const createHttpServer = (endpoints: Endpoints): FastifyInstance => {
  const server = createBareServer();
  server.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(await endpoints.metrics()),
  );
  server.get('/status', async (_request, reply) =>
    reply.header('cache-control', 'no-store').send(endpoints.status()),
  );
  server.get('/healthz', async (_request, reply) => {
    const stalled = endpoints.stalled();
    return reply.code(stalled.length === 0 ? 200 : 503).send({ healthy: stalled.length === 0, stalled });
  });
  server.get('/readyz', async (_request, reply) => {
    const agents = endpoints.readiness();
    const ready = Object.values(agents).every((agent) => agent.ready);
    return reply.code(ready ? 200 : 503).send({ ready, agents });
  });
  return server;
};

/** Rejects with HOWDAH_PORT_TAKEN when somebody listens there. */
export const listen = async (server: FastifyInstance, { host, port }: HttpAddress): Promise<void> => {
  try {
    await server.listen({ host, port });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new HowdahError(
        runtimeErrors.portTaken,
        `port ${port} on ${host} is taken (set by HOWDAH_HTTP_PORT)`,
        { cause: error },
      );
    }
    throw error;
  }
};
