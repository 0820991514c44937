import { type ErrorKind, HowdahError } from '@howdah/core/errors';
import { storeErrors } from './errors.ts';

/** What a failed call to a store shows of itself. */
export interface FailureSigns {
  /** HTTP status, when there was an answer. */
  readonly status?: number;
  /** The store's own word (`SignatureDoesNotMatch`, `ContainerNotFound`) or Node's (`ECONNREFUSED`). */
  readonly code?: string;
}

const credentialCodes = new Set([
  // S3, https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  // Azure, https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes
  'AuthenticationFailed',
  'InvalidAuthenticationInfo',
  'NoAuthenticationInformation',
  // Google’s token endpoint, https://developers.google.com/identity/protocols/oauth2/service-account#error-codes
  'invalid_grant',
  'invalid_client',
  'unauthorized_client',
]);

const containerCodes = new Set(['NoSuchBucket', 'ContainerNotFound', 'ContainerBeingDeleted']);

const digestCodes = new Set([
  'BadDigest',
  'InvalidDigest',
  'XAmzContentChecksumMismatch',
  'XAmzContentSHA256Mismatch',
  'Md5Mismatch',
  'InvalidMd5',
  'Crc64Mismatch',
]);

/** Node's codes for a TLS peer that cannot be trusted (https://nodejs.org/api/tls.html, "X509 certificate error codes"). */
const certificateCode =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/;

/** Of a directory; https://man7.org/linux/man-pages/man3/errno.3.html */
const kindByErrno: Readonly<Record<string, ErrorKind>> = {
  ENOENT: storeErrors.containerMissing,
  ENOTDIR: storeErrors.containerMissing,
  EACCES: storeErrors.forbidden,
  EPERM: storeErrors.forbidden,
  EROFS: storeErrors.forbidden,
  ENOSPC: storeErrors.full,
  EDQUOT: storeErrors.full,
};

/** The one place that knows how stores fail; what no sign tells is a broken connection. */
export const kindOfFailure = ({ status, code = '' }: FailureSigns): ErrorKind => {
  if (certificateCode.test(code)) return storeErrors.certificateUntrusted;
  if (credentialCodes.has(code)) return storeErrors.credentialsRefused;
  if (containerCodes.has(code)) return storeErrors.containerMissing;
  if (digestCodes.has(code)) return storeErrors.digestRefused;
  const onVolume = kindByErrno[code];
  if (onVolume !== undefined) return onVolume;
  if (code === 'TimeoutError' || code === 'ETIMEDOUT' || code === 'RequestTimeout')
    return storeErrors.timeout;
  if (status === undefined || status < 400) return storeErrors.unreachable;
  if (status === 401) return storeErrors.credentialsRefused;
  if (status === 403) return storeErrors.forbidden;
  // 409: another request on the same object is under way (S3's ConditionalRequestConflict, Azure's leases).
  if (status === 408 || status === 409 || status === 423 || status === 429 || status >= 500)
    return storeErrors.busy;
  return storeErrors.refused;
};

/** `doing` as a sentence's beginning: `cannot upload demo/1.json to https://…`. */
export const storeFailure = (doing: string, signs: FailureSigns, cause: unknown): HowdahError => {
  const kind = kindOfFailure(signs);
  const told = [signs.status, signs.code].filter((sign) => sign !== undefined).join(' ');
  return new HowdahError(kind, told === '' ? doing : `${doing} (${told})`, { cause });
};
