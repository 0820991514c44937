import type { ErrorCatalogue } from '@howdah/core/errors';

export const storeErrors = {
  unreachable: {
    code: 'HOWDAH_STORE_UNREACHABLE',
    meaning: 'The object store cannot be reached, or the connection broke.',
    remedy: 'Check the endpoint, DNS and network policies. Nothing is lost: it is tried again.',
    retry: 'backoff',
  },
  timeout: {
    code: 'HOWDAH_STORE_TIMEOUT',
    meaning: 'The object store did not answer within the deadline.',
    remedy: 'Check the store’s health and the line to it. Nothing is lost: it is tried again.',
    retry: 'backoff',
  },
  busy: {
    code: 'HOWDAH_STORE_BUSY',
    meaning: 'The object store answered that it cannot serve now (429, 5xx, a conflict of writers).',
    remedy: 'Usually passes. If it stays, look at the store’s limits and health.',
    retry: 'backoff',
  },
  certificateUntrusted: {
    code: 'HOWDAH_STORE_CERTIFICATE_UNTRUSTED',
    meaning:
      'The object store’s TLS certificate is not signed by a known authority, is for another name, or has expired.',
    remedy: 'Set caFile to the authority’s certificate, or renew the store’s certificate.',
    retry: 'backoff',
  },
  credentialsRefused: {
    code: 'HOWDAH_STORE_CREDENTIALS_REFUSED',
    meaning: 'The object store refused the credentials: unknown, wrong or expired.',
    remedy: 'Correct the Secret; it is read anew with every try.',
    retry: 'backoff',
  },
  forbidden: {
    code: 'HOWDAH_STORE_FORBIDDEN',
    meaning: 'The object store answered that these credentials may not do this.',
    remedy:
      'Allow reading, creating and listing objects below the prefix (deleting is never needed); some stores say the same to a wrong secret or an unknown network.',
    retry: 'backoff',
  },
  containerMissing: {
    code: 'HOWDAH_STORE_CONTAINER_MISSING',
    meaning: 'The bucket, the container or the directory of the volume does not exist.',
    remedy: 'Create it, mount it, or correct its name in the configuration. It is never created by an agent.',
    retry: 'backoff',
  },
  digestRefused: {
    code: 'HOWDAH_STORE_DIGEST_MISMATCH',
    meaning: 'The bytes that were sent, or arrived, are not those that were meant.',
    remedy: 'If it repeats, check the state volume’s disk and proxies on the way to the store.',
    retry: 'backoff',
  },
  full: {
    code: 'HOWDAH_STORE_FULL',
    meaning: 'The volume has no room left.',
    remedy: 'Give it more room, or expire backups: `pgbackrest expire` by the retention that is set.',
    retry: 'backoff',
  },
  refused: {
    code: 'HOWDAH_STORE_REFUSED',
    meaning: 'The object store refused the request for a reason that trying again does not change.',
    remedy: 'Read the store’s answer, which is quoted; check endpoint, region, path style and prefix.',
    retry: 'never',
  },
  bodyUnreadable: {
    code: 'HOWDAH_STORE_BODY_UNREADABLE',
    meaning: 'The local file to upload cannot be read.',
    remedy: 'Check the state volume.',
    retry: 'backoff',
  },
} as const satisfies ErrorCatalogue;

export const errorCatalogue: ErrorCatalogue = storeErrors;
