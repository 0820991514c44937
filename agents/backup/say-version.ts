import { describeError } from '@howdah/core/errors';
import { takesAnnotations, type Version } from '@howdah/pgbackrest/version';
import type { Logger } from '@howdah/runtime/logger';
import type { Verifications } from './verification/verifications.ts';

export interface SayVersionInput {
  readonly version: (signal: AbortSignal) => Promise<Version>;
  readonly verifications: Pick<Verifications, 'learn'>;
  readonly logger: Logger;
}

/** Says at start which pgBackRest there is, and what it cannot do. Never rejects. */
export const sayVersion = async (
  { version, verifications, logger }: SayVersionInput,
  signal: AbortSignal,
): Promise<void> => {
  try {
    const found = await version(signal);
    if (takesAnnotations(found)) logger.info({ version: found.text }, 'pgBackRest');
    else
      logger.warn(
        { version: found.text, since: '2.41' },
        'this pgBackRest is too old for annotations: backups do not say what they were taken for',
      );
    verifications.learn(found);
  } catch (error) {
    if (!signal.aborted)
      logger.error(
        { error: describeError(error) },
        'pgBackRest cannot be run; nothing is backed up until it can',
      );
  }
};
