import { HowdahError } from '@howdah/core/errors';
import type { KubeApi } from '@howdah/kube/api';
import { kubeErrors } from '@howdah/kube/errors';
import type { KubeObject } from '@howdah/kube/object';
import { resources } from '@howdah/kube/resource';
import * as z from 'zod';
import { credentials } from '../desire/credentials.ts';
import type { Wanted } from '../desire/wanted.ts';
import type { Mirrors } from '../mirrors.ts';

export interface Login {
  readonly username: string;
  readonly password: string;
}

export interface LoginsInput {
  readonly api: KubeApi;
  readonly mirrors: Mirrors;
  readonly newPassword: () => string;
}

const secretOfLogin = z.object({ data: z.object({ username: z.string(), password: z.string() }) });
const text = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

/** The generated passwords of clusters: superuser, replication, Patroni's REST API. */
export class Logins {
  readonly #input: LoginsInput;
  /** Secrets that somebody else made under our name, without our label: no mirror shows them. */
  readonly #foreign = new Set<string>();

  constructor(input: LoginsInput) {
    this.#input = input;
  }

  /** Makes those that are not there yet. What is there stays. */
  async make(wanted: Wanted, signal: AbortSignal): Promise<void> {
    const { mirrors, newPassword } = this.#input;
    for (const secret of credentials(wanted, newPassword)) {
      const { name } = secret.metadata;
      const key = `${wanted.namespace}/${name}`;
      if (mirrors.child(resources.secret, wanted.namespace, name) !== undefined) this.#foreign.delete(key);
      else if (!this.#foreign.has(key)) await this.#create(secret, key, signal);
    }
  }

  async #create(secret: KubeObject, key: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#input.api.create(secret, signal);
    } catch (error) {
      if (!(error instanceof HowdahError && error.kind === kubeErrors.conflict)) throw error;
      this.#foreign.add(key);
    }
  }

  async read(namespace: string, name: string, signal: AbortSignal): Promise<Login> {
    const { api, mirrors } = this.#input;
    const secret =
      mirrors.child(resources.secret, namespace, name) ??
      (await api.get(resources.secret, { namespace, name }, signal).catch((error: unknown) => {
        this.#foreign.delete(`${namespace}/${name}`);
        throw error;
      }));
    const { username, password } = secretOfLogin.parse(secret).data;
    return { username: text(username), password: text(password) };
  }
}
