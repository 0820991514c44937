import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { runtimeErrors } from './errors.ts';
import { createBareServer } from './http-server.ts';

export interface ControlRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** @param body what was sent, parsed as JSON and no further; undefined for GET */
  readonly answer: (body: unknown) => Promise<{ readonly code: number; readonly body: unknown }>;
}

/**
 * HTTP over a unix socket that only our own user may open (mode 0600): what changes something is never asked over the
 * network. It takes the place of a socket that a killed process has left. Rejects with HOWDAH_CONTROL_SOCKET.
 *
 * @returns its end
 */
export const openControlSocket = async (
  path: string,
  routes: readonly ControlRoute[],
): Promise<() => Promise<void>> => {
  const server = createBareServer();
  for (const { method, path: url, answer } of routes)
    server.route({
      ...{ method, url },
      handler: async (request, reply) => {
        const { code, body } = await answer(request.body);
        return reply.code(code).header('cache-control', 'no-store').send(body);
      },
    });
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // Made where nobody else can reach it: bind(2) gives it the mode of the umask.
    const nursery = await mkdtemp(`${dirname(path)}/.`);
    try {
      const made = join(nursery, basename(path));
      await server.listen({ path: made });
      await chmod(made, 0o600);
      await rename(made, path);
    } finally {
      await rm(nursery, { recursive: true, force: true });
    }
  } catch (cause) {
    await server.close();
    throw new HowdahError(runtimeErrors.controlSocket, `cannot listen on ${path}`, { cause });
  }
  return async () => {
    await rm(path, { force: true });
    await server.close();
  };
};
