import { backoffMs } from '@howdah/core/backoff';
import type { Certificate, CertificateTexts } from '@howdah/core/certificate';
import type { Clock } from '@howdah/core/clock';
import { describeError, HowdahError } from '@howdah/core/errors';
import type { CertificateStatus } from '@howdah/status/config-reload';
import { dateProblem, judgePair } from './certificate.ts';
import type { CertificateRead } from './read-certificate.ts';
import type { RememberedCertificate } from './remembered-certificate.ts';
import type { Served } from './served-certificate.ts';

/** A port that should serve the certificate. */
export interface Place {
  /** Begins a sentence: `PostgreSQL`. */
  readonly name: string;
  served(signal: AbortSignal): Promise<Served>;
}

export interface CertificateKeeperInput {
  readonly read: () => Promise<CertificateRead>;
  readonly places: readonly Place[];
  /** Asks for a reload, which comes a moment later. */
  readonly reload: (signal: AbortSignal) => Promise<void>;
  readonly remembered: RememberedCertificate;
  readonly clock: Clock;
  readonly random: () => number;
}

export interface CertificateLook {
  readonly status: CertificateStatus;
  /** A reload is on its way, so that the next look should come soon. */
  readonly onItsWay: boolean;
}

/** Patroni reloads within its loop_wait, by default 10 s; asking it again before gains nothing. */
const reloadBackoff = { initialMs: 20_000, maxMs: 300_000 };
/** A reload that has not shown by then is not on its way. */
const onItsWayMs = 30_000;

interface Ordered {
  readonly what: string;
  readonly times: number;
  readonly atMs: number;
  readonly againAtMs: number;
}

/**
 * Brings a renewed certificate into force. What is in force is what the ports serve, and nothing that this
 * process, or a file of its, believes.
 */
export class CertificateKeeper {
  readonly #input: CertificateKeeperInput;
  #ordered: Ordered | undefined;
  #notInForceSince: string | undefined;

  constructor(input: CertificateKeeperInput) {
    this.#input = input;
  }

  async look(signal: AbortSignal): Promise<CertificateLook> {
    const { read, places, clock } = this.#input;
    const files = await read();
    const seen = await Promise.all(
      places.map(async (place) => ({ name: place.name, served: await place.served(signal) })),
    );
    const pair = files.state === 'read' ? judgePair(files.texts) : files;
    const certificate = 'certificate' in pair ? pair.certificate : undefined;
    const missing = seen.filter(({ served }) => !serves(served, certificate));
    const shown = firstToEnd(seen.map(({ served }) => served)) ?? certificate;
    const refusal =
      'problem' in pair
        ? pair.problem
        : missing.length === 0
          ? undefined
          : dateProblem(pair.certificate, clock.now());

    let waitingFor = missing.length === 0 ? undefined : missing.map(wordsOf).join('; ');
    if (refusal === undefined && files.state === 'read' && certificate !== undefined) {
      const isElsewhere = missing.some(({ served }) => served.state === 'serves');
      const failed = await this.#bring(
        files.texts,
        certificate,
        { isElsewhere, isServed: missing.length === 0 },
        signal,
      );
      if (failed !== undefined)
        waitingFor = [waitingFor, failed].filter((part) => part !== undefined).join('; ');
    }
    const inForce = refusal === undefined && waitingFor === undefined;
    if (inForce) this.#ordered = undefined;
    this.#notInForceSince = inForce ? undefined : (this.#notInForceSince ?? clock.now().toISOString());
    return {
      status: {
        ...(shown === undefined ? {} : { notAfter: shown.validTo.toISOString() }),
        names: [...(shown?.names ?? [])],
        inForce,
        ...(this.#notInForceSince === undefined ? {} : { notInForceSince: this.#notInForceSince }),
        ...(refusal === undefined ? {} : { problem: refusal }),
        ...(refusal !== undefined || waitingFor === undefined ? {} : { waitingFor }),
      },
      onItsWay:
        !inForce && this.#ordered !== undefined && clock.monotonicMs() - this.#ordered.atMs < onItsWayMs,
    };
  }

  /**
   * Orders what is missing. A CA alone that changed is served by nobody, so that its reload is remembered; one
   * that comes or goes alone needs none, since whoever reads its file is configured anew.
   *
   * @returns what keeps it from being done, when something does.
   */
  async #bring(
    { ca }: CertificateTexts,
    { fingerprint }: Certificate,
    { isElsewhere, isServed }: { readonly isElsewhere: boolean; readonly isServed: boolean },
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { remembered } = this.#input;
    try {
      if (isElsewhere) await this.#order(fingerprint, signal);
      if (!isServed) return undefined;
      const former = await remembered.read();
      if (former?.fingerprint === fingerprint && former.ca === ca) return undefined;
      const isOtherCa = former?.ca !== undefined && ca !== undefined && former.ca !== ca;
      if (isOtherCa && this.#ordered === undefined) await this.#order(ca, signal);
      await remembered.write({ fingerprint, ca });
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof HowdahError)) throw error;
      return `the reload cannot be ordered: ${describeError(error)}`;
    }
  }

  async #order(what: string, signal: AbortSignal): Promise<void> {
    const { clock, random, reload } = this.#input;
    const atMs = clock.monotonicMs();
    const last = this.#ordered?.what === what ? this.#ordered : undefined;
    if (last !== undefined && atMs < last.againAtMs) return;
    const times = (last?.times ?? 0) + 1;
    await reload(signal);
    this.#ordered = { what, times, atMs, againAtMs: atMs + backoffMs(reloadBackoff, times, random()) };
  }
}

const serves = (served: Served, certificate: Certificate | undefined): boolean =>
  served.state === 'serves' && served.certificate.fingerprint === certificate?.fingerprint;

const firstToEnd = (served: readonly Served[]): Certificate | undefined =>
  served
    .flatMap((one) => (one.state === 'serves' ? [one.certificate] : []))
    .toSorted((a, b) => a.validTo.getTime() - b.validTo.getTime())[0];

const wordsOf = ({ name, served }: { readonly name: string; readonly served: Served }): string =>
  served.state === 'serves'
    ? `${name} still serves one that ends at ${served.certificate.validTo.toISOString()}`
    : `${name} ${served.why}`;
