import { createHash } from 'node:crypto';
import type { Clock } from '@howdah/core/clock';
import type { User } from '@howdah/kinds/access';
import type { KubeApi } from '@howdah/kube/api';
import type { Settler } from '@howdah/kube/settler';
import { openSession } from '@howdah/postgres/connect';
import * as z from 'zod';
import { ports } from '../desire/paths.ts';
import type { Wanted } from '../desire/wanted.ts';
import type { Mirrors } from '../mirrors.ts';
import type { Trust } from '../observe/member-patroni.ts';
import { type Account, bringExtensions, bringUsers } from './bring-users.ts';
import { findSecret, secretObstacle } from './find-secret.ts';
import { secretNameOf, userSecret } from './user-secret.ts';

export interface UsersInput {
  readonly api: KubeApi;
  readonly mirrors: Mirrors;
  readonly settler: Settler;
  readonly newPassword: () => string;
  readonly clock: Clock;
}

/** The running primary, and the superuser's password. */
export interface Primary {
  readonly name: string;
  readonly address: string;
  readonly password: string;
  readonly trust: Trust | undefined;
  /** Whether parameters wait for its restart: when they no longer do, libraries may have come that have extensions. */
  readonly waitsForRestart: boolean;
}

/** What somebody changed in the server itself is put right so often; what changes in the spec or in a Secret at once. */
const lookAgainMs = 300_000;

const secret = z.object({ data: z.record(z.string(), z.string()).default({}) });

/** Keeps the roles and databases of clusters, and the Secrets by which applications find them. */
export class Users {
  readonly #input: UsersInput;
  /** By cluster: what was last brought about, and when. */
  readonly #brought = new Map<string, { readonly digest: string; readonly atMs: number }>();

  constructor(input: UsersInput) {
    this.#input = input;
  }

  /** Makes the Secrets, with or without a running server. */
  async accounts(wanted: Wanted, signal: AbortSignal): Promise<readonly Account[]> {
    const accounts = wanted.spec.users.map((user) => this.#account(wanted, user, signal));
    return (await Promise.all(accounts)).flat();
  }

  async #account(wanted: Wanted, user: User, signal: AbortSignal): Promise<readonly Account[]> {
    const { settler, newPassword } = this.#input;
    const { namespace, name } = wanted;
    const live = await findSecret(this.#input, namespace, secretNameOf(name, user), signal);
    // Somebody made it since the spec was judged: the next look says so.
    if (live !== undefined && secretObstacle(name, live) !== undefined) return [];
    const kept = live === undefined ? undefined : secret.parse(live).data.password;
    const password = kept === undefined ? newPassword() : Buffer.from(kept, 'base64').toString('utf8');
    await settler.settle(userSecret(wanted, user, password), live, signal);
    return [{ user, password }];
  }

  /** @returns what was done on the server, in words. */
  async bring(
    wanted: Wanted,
    accounts: readonly Account[],
    primary: Primary,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const { clock } = this.#input;
    const key = `${wanted.namespace}/${wanted.name}`;
    const digest = createHash('sha256')
      .update(JSON.stringify([wanted.uid, accounts, primary.waitsForRestart]))
      .digest('hex');
    const before = this.#brought.get(key);
    const nowMs = clock.monotonicMs();
    if (before?.digest === digest && nowMs - before.atMs < lookAgainMs) return [];
    await using session = await openSession(
      {
        ...{ host: primary.address, port: ports.postgres, user: 'postgres', database: 'postgres' },
        readPassword: async () => primary.password,
        ...(primary.trust === undefined ? {} : { tls: primary.trust }),
        applicationName: 'howdah_operator',
        ...{ connectTimeoutMs: 5_000, statementTimeoutMs: 30_000, lockTimeoutMs: 5_000 },
        // The verifier of a password is no password, and yet none of the log's business.
        settings: {
          log_statement: 'none',
          log_min_duration_statement: '-1',
          log_min_error_statement: 'panic',
        },
      },
      signal,
    );
    const done = [
      ...(await bringUsers(session, accounts, signal)),
      ...(await bringExtensions(session, signal)),
    ];
    this.#brought.set(key, { digest, atMs: nowMs });
    return done;
  }

  forget(namespace: string, cluster: string): void {
    this.#brought.delete(`${namespace}/${cluster}`);
  }
}
