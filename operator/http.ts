import Fastify, { type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';

/** `/metrics`, `/healthz`, `/readyz`: GET only. */
export const createHttp = (input: {
  readonly registry: Registry;
  /** Why a restart would help; undefined when it would not. */
  readonly stuck: () => string | undefined;
  /** Why it cannot do its work yet. */
  readonly waitsFor: () => string | undefined;
}): FastifyInstance => {
  const server = Fastify({
    logger: false,
    bodyLimit: 1_024,
    requestTimeout: 10_000,
    forceCloseConnections: true,
  });
  server.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(await input.registry.metrics()),
  );
  server.get('/healthz', async (_request, reply) => {
    const stuck = input.stuck();
    return reply.code(stuck === undefined ? 200 : 503).send({ healthy: stuck === undefined, stuck });
  });
  server.get('/readyz', async (_request, reply) => {
    const waitsFor = input.waitsFor();
    return reply.code(waitsFor === undefined ? 200 : 503).send({ ready: waitsFor === undefined, waitsFor });
  });
  return server;
};
