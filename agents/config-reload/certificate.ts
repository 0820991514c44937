import {
  type Certificate,
  type CertificateTexts,
  type PairReading,
  readPair,
} from '@howdah/core/certificate';

/** As {@link readPair}, with what to do. */
export const judgePair = (texts: CertificateTexts): PairReading => {
  const reading = readPair(texts);
  return 'problem' in reading ? { problem: told(reading.problem) } : reading;
};

/** What is wrong with the dates of a certificate that is to come into force; undefined when nothing is. */
export const dateProblem = ({ validFrom, validTo }: Certificate, now: Date): string | undefined => {
  if (now < validFrom) return told(`the certificate holds only from ${validFrom.toISOString()} on`);
  return now >= validTo ? told(`the certificate ended at ${validTo.toISOString()}`) : undefined;
};

const told = (what: string): string =>
  `${what[0]?.toUpperCase()}${what.slice(1)}. Put a matching pair that holds into the Secret (or have cert-manager issue it anew): the one before stays in force until PostgreSQL or Patroni restarts, which may fail with these files.`;
