import type { Clock } from '@howdah/core/clock';
import { HowdahError } from '@howdah/core/errors';
import * as z from 'zod';
import type { KubeApi } from './api.ts';
import { kubeErrors } from './errors.ts';
import type { KubeObject } from './object.ts';
import { resources } from './resource.ts';

export interface LeaseInput {
  readonly api: KubeApi;
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  readonly clock: Clock;
}

/** What client-go has: https://pkg.go.dev/k8s.io/client-go/tools/leaderelection */
export const leaseSeconds = 15;
const renewMs = 5_000;
const retryMs = 2_000;

const lease = z.object({
  spec: z
    .object({
      holderIdentity: z.string().default(''),
      renewTime: z.string().optional(),
      leaseTransitions: z.int().default(0),
    })
    .default({ holderIdentity: '', leaseTransitions: 0 }),
});

/**
 * One operator at a time writes. A holder is judged by this process's own clock, from when it last saw the lease
 * change: clocks of two nodes may differ.
 */
export class Lease {
  readonly #input: LeaseInput;
  #seen: { readonly version: string | undefined; readonly atMs: number } | undefined;

  constructor(input: LeaseInput) {
    this.#input = input;
  }

  /**
   * Waits until the lease is ours, runs `work`, and gives it back when that ends. The signal of `work` aborts as
   * soon as the lease could not be renewed in time.
   *
   * @param onOther called each time that another one was seen to have it.
   */
  async hold(
    work: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
    onOther: () => void = () => undefined,
  ): Promise<void> {
    const { clock } = this.#input;
    while (!(await this.#try(signal))) {
      onOther();
      await clock.sleep(retryMs, signal);
    }
    const lost = new AbortController();
    const within = AbortSignal.any([signal, lost.signal]);
    const renewing = this.#renew(lost, within);
    try {
      await work(within);
    } finally {
      lost.abort();
      await renewing;
      await this.#write('', AbortSignal.timeout(2_000)).catch(() => undefined);
    }
  }

  async #renew(lost: AbortController, signal: AbortSignal): Promise<void> {
    const { clock } = this.#input;
    let renewedMs = clock.monotonicMs();
    while (!signal.aborted) {
      await clock.sleep(renewMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      const held = await this.#try(signal).catch(() => false);
      if (held) renewedMs = clock.monotonicMs();
      // Before anybody else may take it.
      else if (clock.monotonicMs() - renewedMs > (leaseSeconds - 5) * 1_000) lost.abort();
    }
  }

  /** @returns whether it is ours now. */
  async #try(signal: AbortSignal): Promise<boolean> {
    try {
      const held = await this.#read(signal);
      if (held === undefined) {
        await this.#input.api.create(this.#object(this.#input.identity, 0), signal);
        return true;
      }
      const { holderIdentity } = lease.parse(held).spec;
      const { resourceVersion } = held.metadata;
      const nowMs = this.#input.clock.monotonicMs();
      if (this.#seen?.version !== resourceVersion) this.#seen = { version: resourceVersion, atMs: nowMs };
      const expired = nowMs - (this.#seen?.atMs ?? nowMs) > leaseSeconds * 1_000;
      if (holderIdentity !== this.#input.identity && holderIdentity !== '' && !expired) return false;
      await this.#replace(held, this.#input.identity, signal);
      return true;
    } catch (error) {
      if (error instanceof HowdahError && error.kind === kubeErrors.conflict) return false;
      throw error;
    }
  }

  async #write(identity: string, signal: AbortSignal): Promise<void> {
    const held = await this.#read(signal);
    if (held !== undefined && lease.parse(held).spec.holderIdentity === this.#input.identity)
      await this.#replace(held, identity, signal);
  }

  #read(signal: AbortSignal): Promise<KubeObject | undefined> {
    const { api, namespace, name } = this.#input;
    return api.get(resources.lease, { namespace, name }, signal);
  }

  async #replace(held: KubeObject, identity: string, signal: AbortSignal): Promise<void> {
    const { spec } = lease.parse(held);
    const transitions = spec.leaseTransitions + Number(spec.holderIdentity !== identity);
    const { metadata } = this.#object(identity, transitions);
    // With the version that was read: whoever was faster wins.
    await this.#input.api.replace(
      {
        ...this.#object(identity, transitions),
        metadata: { ...metadata, resourceVersion: held.metadata.resourceVersion },
      },
      signal,
    );
  }

  #object(identity: string, leaseTransitions: number): KubeObject {
    const { namespace, name, clock } = this.#input;
    const now = clock.now().toISOString().replace('Z', '000Z');
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace, name },
      spec: {
        holderIdentity: identity,
        leaseDurationSeconds: leaseSeconds,
        renewTime: now,
        acquireTime: now,
        leaseTransitions,
      },
    };
  }
}
