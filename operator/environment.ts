import { HowdahError } from '@howdah/core/errors';
import * as z from 'zod';
import type { Images } from './desire/wanted.ts';
import { operatorErrors } from './errors.ts';

/** What the Deployment tells the operator; helm/howdah sets it. */
export interface OperatorEnvironment {
  /** The pod's name: holder of the lease, and who tells Events. */
  readonly identity: string;
  /** Where the operator itself lives, with its lease. */
  readonly namespace: string;
  /** Only clusters of this namespace; of all when absent. */
  readonly watchNamespace: string | undefined;
  readonly images: Images;
  readonly http: { readonly host: string; readonly port: number };
  readonly logLevel: string;
}

/** `15=registry/howdah/postgres:15,17=…` */
const imageMap = z.string().transform((text, context) => {
  const pairs = text.split(',').map((pair) => /^\s*(\d+)=(\S+)\s*$/.exec(pair)?.slice(1));
  if (pairs.every((pair) => pair?.length === 2)) return Object.fromEntries(pairs as [string, string][]);
  context.addIssue({ code: 'custom', message: 'major=image, separated by commas' });
  return z.NEVER;
});

const environment = z.object({
  HOWDAH_POD_NAME: z.string().min(1),
  HOWDAH_POD_NAMESPACE: z.string().min(1),
  HOWDAH_WATCH_NAMESPACE: z.string().default(''),
  HOWDAH_AGENT_IMAGE: z.string().min(1),
  HOWDAH_POSTGRES_IMAGES: imageMap,
  HOWDAH_IMAGE_PULL_POLICY: z.enum(['Always', 'IfNotPresent', 'Never']).default('IfNotPresent'),
  HOWDAH_HTTP_HOST: z.string().min(1).default('0.0.0.0'),
  HOWDAH_HTTP_PORT: z.coerce.number().int().min(1).max(65_535).default(8_080),
  HOWDAH_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

export const operatorEnvironment = (env: NodeJS.ProcessEnv): OperatorEnvironment => {
  const result = environment.safeParse(env);
  if (!result.success) throw new HowdahError(operatorErrors.environment, z.prettifyError(result.error));
  const parsed = result.data;
  return {
    identity: parsed.HOWDAH_POD_NAME,
    namespace: parsed.HOWDAH_POD_NAMESPACE,
    watchNamespace: parsed.HOWDAH_WATCH_NAMESPACE === '' ? undefined : parsed.HOWDAH_WATCH_NAMESPACE,
    images: {
      agent: parsed.HOWDAH_AGENT_IMAGE,
      postgres: parsed.HOWDAH_POSTGRES_IMAGES,
      pullPolicy: parsed.HOWDAH_IMAGE_PULL_POLICY,
    },
    http: { host: parsed.HOWDAH_HTTP_HOST, port: parsed.HOWDAH_HTTP_PORT },
    logLevel: parsed.HOWDAH_LOG_LEVEL,
  };
};
