import { access } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { HowdahError } from '@howdah/core/errors';
import Fastify, { type FastifyInstance } from 'fastify';
import type { FleetAnswer } from './answer.ts';
import { consoleErrors } from './errors.ts';

export interface ConsoleServerOptions {
  /** Where the built page lies. */
  readonly pageDirectory: string;
  readonly answer: () => FleetAnswer;
}

/** Nothing but what this server itself hands out; nobody may put the page into a frame. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** The page and `/api/fleet`; GET only. Rejects with HOWDAH_CONSOLE_PAGE_MISSING when the page is not there. */
export const createConsoleServer = async ({
  pageDirectory,
  answer,
}: ConsoleServerOptions): Promise<FastifyInstance> => {
  try {
    await access(join(pageDirectory, 'index.html'));
  } catch (error) {
    throw new HowdahError(consoleErrors.pageMissing, `there is no page in ${pageDirectory}`, {
      cause: error,
    });
  }
  const server = Fastify({
    logger: false,
    bodyLimit: 1_024,
    requestTimeout: 10_000,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
  });
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    if (request.method !== 'GET') return reply.code(405).header('allow', 'GET').send();
  });
  server.get('/api/fleet', async (_request, reply) =>
    reply.header('cache-control', 'no-store').send(answer()),
  );
  await server.register(fastifyStatic, {
    root: pageDirectory,
    // Known files only, listed at start: no path of a request is ever looked up on disk.
    wildcard: false,
    // The page is small and changes with the version: let the browser ask, and answer 304.
    cacheControl: false,
    setHeaders: (response) => response.header('cache-control', 'no-cache'),
  });
  return server;
};
