import { isFor, readPair } from '@howdah/core/certificate';
import { certificateIn } from '../desire/authority.ts';
import { serverNameOf, type Wanted } from '../desire/wanted.ts';
import { certificateNeeds, missingSecrets } from '../observe/named-secrets.ts';
import type { RollStep } from './roll.ts';

const path = 'spec.tls.secretName';

/**
 * Why no server can be started with the certificate of the spec: PostgreSQL would not start with a key of another one,
 * and nobody could be sure of a member whose certificate is for another name. One that has ended is no reason: the
 * cluster runs on, and says so.
 */
export const certificateProblems = (wanted: Wanted): readonly string[] => {
  const { tls } = wanted.spec;
  if (tls === undefined) return [];
  const { secretName } = tls;
  const texts = certificateIn(wanted.secrets[secretName]);
  if (texts === undefined)
    return missingSecrets(wanted.namespace, certificateNeeds(wanted.spec), wanted.secrets);
  const reading = readPair(texts);
  if ('problem' in reading)
    return [`${path}: the Secret ${secretName}: ${reading.problem}; have both issued anew`];
  const serverName = serverNameOf(wanted);
  return isFor(texts.certificate, serverName)
    ? []
    : [
        `${path}: the certificate in ${secretName} is for ${reading.certificate.names.join(', ')}; have it issued for ${serverName}, too`,
      ];
};

/**
 * Whether all members have that certificate already: then the cluster runs on with the one that is in force, and only
 * what starts a server waits.
 */
export const isServed = ({ spec: { tls }, served }: Wanted): boolean =>
  served.length === 1 && served[0] === tls?.secretName;

/** The step as it may be taken while something is wrong with the certificate. */
export const holdingStarts = (step: RollStep, [reason]: readonly string[]): RollStep => {
  if (reason === undefined) return step;
  switch (step.step) {
    case 'replace':
    case 'restart':
      return { step: 'held', member: step.member, reason };
    case 'switchover':
      return { step: 'held', member: step.from, reason };
    default:
      return step;
  }
};
