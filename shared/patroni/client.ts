import { HowdahError } from '@howdah/core/errors';
import * as z from 'zod';
import type { PatroniAddress } from './address.ts';
import {
  type Cluster,
  clusterAnswer,
  type DynamicConfig,
  dynamicConfigAnswer,
  type EndedTimeline,
  historyAnswer,
  type LockWord,
  leaderAnswer,
  lockIn,
  type Member,
  memberAnswer,
  type ParameterValue,
} from './answers.ts';
import { patroniErrors } from './errors.ts';
import { type Answer, createExchange, type Question } from './exchange.ts';

export interface PatroniOptions extends PatroniAddress {
  readonly username?: string;
  /** Asked at each write, so that a rotated password is seen. */
  readonly readPassword?: () => Promise<string>;
  /** For each call, default 4 s: Patroni itself asks its store for longer, and a late answer is of no use. */
  readonly deadlineMs?: number;
}

/** https://patroni.readthedocs.io/en/latest/rest_api.html#switchover-and-failover-endpoints and what follows there. */
export type PatroniOrder =
  | { readonly order: 'switchover'; readonly leader: string; readonly candidate?: string }
  | { readonly order: 'failover'; readonly candidate: string }
  | { readonly order: 'restart' }
  | { readonly order: 'reload' }
  | { readonly order: 'reinitialize'; readonly force: boolean };

/** Patroni's REST API on one member. Each call has a deadline; failures are HowdahErrors (errors.ts). */
export interface PatroniClient {
  /** `GET /patroni`: this member, from Patroni's memory and a query; answers also while the store is away. */
  member(signal: AbortSignal): Promise<Member>;
  /** `GET /leader`: the same, and whether this member holds the leader lock. */
  leader(signal: AbortSignal): Promise<Member & { readonly lock: LockWord }>;
  /** `GET /cluster`: all members, from the store. */
  cluster(signal: AbortSignal): Promise<Cluster>;
  /** `GET /history`: the timelines that the present one comes from, oldest first, from Patroni's memory of the store. */
  history(signal: AbortSignal): Promise<readonly EndedTimeline[]>;
  /** `GET /config`: the cluster-wide configuration. */
  config(signal: AbortSignal): Promise<DynamicConfig>;
  /** `GET /config`, whole: for those who own more of it than we know by name. */
  wholeConfig(signal: AbortSignal): Promise<Readonly<Record<string, unknown>>>;
  /** `PATCH /config`; null removes a name. */
  patchConfig(patch: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<void>;
  /** `PATCH /config` of `postgresql.parameters`; null removes a name. Gives the configuration as it then is. */
  patchParameters(
    parameters: Readonly<Record<string, ParameterValue>>,
    signal: AbortSignal,
  ): Promise<DynamicConfig>;
  /**
   * `POST` of an order, on the member that it is about; ends when it is carried out. Rejects with Patroni’s own
   * words when it refuses.
   */
  order(order: PatroniOrder, signal: AbortSignal): Promise<void>;
  close(): void;
}

export const createPatroniClient = (options: PatroniOptions): PatroniClient => {
  const exchange = createExchange(options, options.deadlineMs ?? 4_000);

  const ask = async <Value>(
    question: Question,
    schema: z.ZodType<Value>,
    signal: AbortSignal,
  ): Promise<Value> => parse(question, await exchange.ask(question, signal), schema);

  const credentials = async (): Promise<{ readonly credentials?: string }> =>
    options.username === undefined
      ? {}
      : { credentials: `${options.username}:${(await options.readPassword?.()) ?? ''}` };

  const patched = async <Value>(
    patch: object,
    schema: z.ZodType<Value>,
    signal: AbortSignal,
  ): Promise<Value> =>
    ask(
      { method: 'PATCH', path: '/config', body: JSON.stringify(patch), ...(await credentials()) },
      schema,
      signal,
    );

  return {
    member: (signal) => ask({ method: 'GET', path: '/patroni' }, memberAnswer, signal),
    leader: async (signal) => {
      const question = { method: 'GET', path: '/leader' } as const;
      const answer = await exchange.ask(question, signal);
      // 503 is the answer of one without the lock, and describes the member all the same.
      const readable = answer.statusCode === 503 ? { ...answer, statusCode: 200 } : answer;
      const word = parse(question, readable, leaderAnswer);
      return { ...word.member, lock: lockIn(answer.statusCode, word) };
    },
    cluster: (signal) => ask({ method: 'GET', path: '/cluster' }, clusterAnswer, signal),
    history: (signal) => ask({ method: 'GET', path: '/history' }, historyAnswer, signal),
    config: (signal) => ask({ method: 'GET', path: '/config' }, dynamicConfigAnswer, signal),
    wholeConfig: (signal) =>
      ask({ method: 'GET', path: '/config' }, z.record(z.string(), z.unknown()), signal),
    patchConfig: async (patch, signal) => {
      await patched(patch, z.unknown(), signal);
    },
    patchParameters: (parameters, signal) =>
      patched({ postgresql: { parameters } }, dynamicConfigAnswer, signal),
    order: async ({ order, ...body }, signal) => {
      const question = {
        method: 'POST',
        path: `/${order}`,
        body: JSON.stringify(body),
        ...(await credentials()),
      } as const;
      const answer = await exchange.ask(question, signal);
      // 202: a reload is passed on to PostgreSQL, which takes it at once.
      if (answer.statusCode !== 200 && answer.statusCode !== 202) throw refused(question, answer);
    },
    close: exchange.close,
  };
};

const kindByStatus: Readonly<Record<number, (typeof patroniErrors)[keyof typeof patroniErrors]>> = {
  401: patroniErrors.unauthorized,
  403: patroniErrors.unauthorized,
  409: patroniErrors.conflict,
  412: patroniErrors.refused,
  // 502 of GET /config and 503 of PATCH /config: the store holds no configuration (yet).
  500: patroniErrors.unavailable,
  502: patroniErrors.unavailable,
  503: patroniErrors.unavailable,
};

const refused = ({ method, path }: Question, { statusCode, body }: Answer): HowdahError => {
  const kind = kindByStatus[statusCode] ?? patroniErrors.unexpectedAnswer;
  const words = body.replaceAll(/\s+/g, ' ').trim().slice(0, 200);
  return new HowdahError(kind, `Patroni answered ${method} ${path} with ${statusCode}: ${words}`, {
    details: { statusCode },
  });
};

const parse = <Value>(question: Question, answer: Answer, schema: z.ZodType<Value>): Value => {
  const what = `${question.method} ${question.path}`;
  if (answer.statusCode !== 200) throw refused(question, answer);
  let json: unknown;
  try {
    json = JSON.parse(answer.body);
  } catch (cause) {
    throw new HowdahError(patroniErrors.unexpectedAnswer, `the answer to ${what} is not JSON`, { cause });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new HowdahError(
    patroniErrors.unexpectedAnswer,
    `the answer to ${what}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`,
  );
};
