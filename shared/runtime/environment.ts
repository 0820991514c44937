import { hostname } from 'node:os';
import process from 'node:process';
import { HowdahError } from '@howdah/core/errors';
import * as z from 'zod';
import { type Directories, directoriesFrom } from './directories.ts';
import { runtimeErrors } from './errors.ts';
import { kubernetesGraceMs } from './grace.ts';
import type { HttpAddress } from './http-server.ts';

/** What a process reads from its environment; everything else is in files. */
export interface Environment {
  readonly directories: Directories;
  readonly http: HttpAddress;
  readonly member: string;
  readonly logLevel: string;
  /** `exit`: end with 78 when a file is wrong at start (outside Kubernetes). `wait`: stay for its correction. */
  readonly onInvalid: 'exit' | 'wait';
  /** PostgreSQL's data directory: at the end of the pod its postmaster.pid is waited for. */
  readonly pgdata: string | undefined;
  /** From SIGTERM to SIGKILL: `terminationGracePeriodSeconds` of the pod. */
  readonly graceMs: number;
}

export const environmentFrom = (env: NodeJS.ProcessEnv, defaultPort: number): Environment => {
  const schema = z.object({
    HOWDAH_HTTP_HOST: z.string().min(1).default('0.0.0.0'),
    HOWDAH_HTTP_PORT: z.coerce.number().int().min(1).max(65_535).default(defaultPort),
    HOWDAH_MEMBER: z.string().min(1).max(253).default(hostname()),
    HOWDAH_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    HOWDAH_ON_INVALID: z.enum(['exit', 'wait']).default('wait'),
    HOWDAH_PGDATA: z.string().startsWith('/', 'an absolute path').optional(),
    HOWDAH_GRACE_SECONDS: z.coerce
      .number()
      .int()
      .min(5)
      .max(3_600)
      .default(kubernetesGraceMs / 1_000),
  });
  const result = schema.safeParse(env);
  if (!result.success) throw new HowdahError(runtimeErrors.environmentInvalid, z.prettifyError(result.error));
  const parsed = result.data;
  return {
    directories: directoriesFrom(env),
    http: { host: parsed.HOWDAH_HTTP_HOST, port: parsed.HOWDAH_HTTP_PORT },
    member: parsed.HOWDAH_MEMBER,
    logLevel: parsed.HOWDAH_LOG_LEVEL,
    onInvalid: parsed.HOWDAH_ON_INVALID,
    pgdata: parsed.HOWDAH_PGDATA,
    graceMs: parsed.HOWDAH_GRACE_SECONDS * 1_000,
  };
};

/** Our environment and more, for a program that is started. */
export const environmentWith = (
  more: Readonly<Record<string, string>>,
): Readonly<Record<string, string | undefined>> => ({ ...process.env, ...more });

/** What every program needs, and nothing that could be a secret. */
const harmless = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'] as const;

/** The little of our environment that a program of somebody else’s may see, and more. */
export const bareEnvironmentWith = (
  more: Readonly<Record<string, string>>,
): Readonly<Record<string, string | undefined>> => ({
  ...Object.fromEntries(
    harmless.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  ),
  ...more,
});
