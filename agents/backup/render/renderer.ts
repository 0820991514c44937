import { createHash } from 'node:crypto';
import type { Clock } from '@howdah/core/clock';
import { describeError, HowdahError } from '@howdah/core/errors';
import { pgbackrestErrors } from '@howdah/pgbackrest/errors';
import type { Logger } from '@howdah/runtime/logger';
import { backupErrors } from '../errors.ts';
import {
  areInPlace,
  isInMemory,
  putInPlace,
  type RenderedPaths,
  type RenderedTexts,
  renderedPaths,
  withCandidate,
} from './files.ts';
import { unwritableBecause } from './language.ts';
import type { Option, SecretOption } from './model.ts';
import { configurationText, secretsText } from './text.ts';
import type { WantedConfiguration } from './wanted.ts';

export interface RendererInput {
  /** `pgbackrest.render.directory` */
  readonly directory: string;
  readonly wanted: WantedConfiguration;
  /** Rejects where it is missing or empty. */
  readonly readSecret: (path: string) => Promise<string>;
  /** Rejects where pgBackRest refuses what is in these files; resolves with what it passes over. */
  readonly tryOut: (paths: RenderedPaths, signal: AbortSignal) => Promise<readonly string[]>;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

export interface RenderState {
  /** When the files were last written by this process; absent where they were right already. */
  readonly writtenAt?: Date;
  /** Why the files are not what backup.yaml and the secrets say; those before them stay. */
  readonly problem?: string;
  /** What pgBackRest passes over. */
  readonly warnings: readonly string[];
}

/** Keeps pgbackrest.conf what backup.yaml and the files with secrets say. */
export class Renderer {
  readonly #input: RendererInput;
  #state: RenderState = { warnings: [] };
  /** What pgBackRest said of the texts with this digest, so that it is not asked with each look. */
  #tried:
    | { readonly digest: string; readonly refusal?: unknown; readonly warnings: readonly string[] }
    | undefined;

  constructor(input: RendererInput) {
    this.#input = input;
  }

  get state(): RenderState {
    return this.#state;
  }

  /** Reads the secrets, and writes what is not as it should be. Never rejects. */
  async look(signal: AbortSignal): Promise<void> {
    const { logger, clock } = this.#input;
    try {
      const { written, warnings } = await this.#render(signal);
      if (this.#state.problem !== undefined) logger.info('pgbackrest.conf can be written again');
      if (written) await this.#tellWritten();
      if (warnings.length > 0 && warnings.join() !== this.#state.warnings.join())
        logger.warn({ warnings }, 'pgBackRest passes over a part of its configuration');
      const writtenAt = written ? clock.now() : this.#state.writtenAt;
      this.#state = { ...(writtenAt === undefined ? {} : { writtenAt }), warnings };
    } catch (error) {
      if (signal.aborted) return;
      const problem = describeError(error);
      if (problem !== this.#state.problem)
        logger.error({ error: problem }, 'pgbackrest.conf cannot be written, and stays as it is');
      this.#state = { ...this.#state, problem };
    }
  }

  async #tellWritten(): Promise<void> {
    const { directory, wanted, logger } = this.#input;
    logger.info({ directory }, 'pgbackrest.conf written');
    const { includePath } = renderedPaths(directory);
    if (this.#state.writtenAt === undefined && wanted.secrets.length > 0 && !(await isInMemory(includePath)))
      logger.warn({ directory: includePath }, 'secrets of pgbackrest.conf lie on a disk, not in memory');
  }

  async #render(signal: AbortSignal): Promise<{ written: boolean; warnings: readonly string[] }> {
    const { directory, wanted } = this.#input;
    const secrets = await Promise.all(wanted.secrets.map((secret) => this.#read(secret)));
    const texts = { configuration: configurationText(wanted), secrets: secretsText(secrets) };
    const warnings = await this.#try(texts, signal);
    if (await areInPlace(renderedPaths(directory), texts)) return { written: false, warnings };
    signal.throwIfAborted();
    await putInPlace(directory, texts);
    return { written: true, warnings };
  }

  async #read({ option, valueFile, isSas }: SecretOption): Promise<Option> {
    const text = await this.#input.readSecret(valueFile);
    const value = isSas === true ? text.replace(/^\?/, '') : text;
    const why = unwritableBecause(value);
    if (why !== undefined)
      throw new HowdahError(
        backupErrors.notRendered,
        `what is in ${valueFile} cannot be a value of ${option}: ${why}`,
      );
    return [option, value];
  }

  /** A value that pgBackRest refuses would stop archiving, so the files are tried out before they replace others. */
  async #try(texts: RenderedTexts, signal: AbortSignal): Promise<readonly string[]> {
    const digest = createHash('sha256').update(texts.configuration).update(texts.secrets).digest('hex');
    if (this.#tried?.digest !== digest) this.#tried = { digest, ...(await this.#verdict(texts, signal)) };
    if (this.#tried.refusal !== undefined) throw this.#tried.refusal;
    return this.#tried.warnings;
  }

  async #verdict(texts: RenderedTexts, signal: AbortSignal) {
    const { directory, tryOut, logger } = this.#input;
    try {
      return { warnings: await withCandidate(directory, texts, (paths) => tryOut(paths, signal)) };
    } catch (error) {
      signal.throwIfAborted();
      const kind = error instanceof HowdahError ? error.kind : undefined;
      if (kind?.code === pgbackrestErrors.configuration.code) return { refusal: error, warnings: [] };
      if (kind?.code === backupErrors.notRendered.code) throw error;
      // archive_command's pgBackRest may be another, which does run.
      logger.warn({ error: describeError(error) }, 'pgbackrest.conf could not be tried out');
      return { warnings: [] };
    }
  }
}
