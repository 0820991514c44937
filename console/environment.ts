import type { HttpAddress } from '@howdah/runtime/http-server';
import * as z from 'zod';

const environment = z.object({
  // The page is for whoever can reach it: by itself nobody else on the network.
  HOWDAH_HTTP_HOST: z.string().min(1).default('127.0.0.1'),
  HOWDAH_HTTP_PORT: z.coerce.number().int().min(1).max(65_535).default(7070),
});

export const addressFrom = (env: NodeJS.ProcessEnv): HttpAddress => {
  const parsed = environment.parse(env);
  return { host: parsed.HOWDAH_HTTP_HOST, port: parsed.HOWDAH_HTTP_PORT };
};
