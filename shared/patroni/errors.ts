import type { ErrorCatalogue } from '@howdah/core/errors';

export const patroniErrors = {
  unreachable: {
    code: 'HOWDAH_PATRONI_UNREACHABLE',
    meaning: 'Nothing answers at the address of Patroni’s REST API.',
    remedy: 'Check that Patroni runs on this member, and patroni.url of the configuration.',
    retry: 'backoff',
  },
  unresponsive: {
    code: 'HOWDAH_PATRONI_UNRESPONSIVE',
    meaning: 'Patroni accepted the connection and did not answer in time, or hung up without an answer.',
    remedy: 'Most often its store (etcd, Kubernetes API) is away: see Patroni’s own log.',
    retry: 'backoff',
  },
  untrusted: {
    code: 'HOWDAH_PATRONI_UNTRUSTED',
    meaning:
      'TLS with Patroni’s REST API failed: its certificate is not signed by the CA that was given, or carries another name.',
    remedy:
      'Check patroni.caFile, and that patroni.serverName, or else the host in patroni.url, stands in the certificate.',
    retry: 'backoff',
  },
  unauthorized: {
    code: 'HOWDAH_PATRONI_UNAUTHORIZED',
    meaning: 'Patroni refused the credentials for its write endpoints.',
    remedy:
      'Give restapi.authentication of Patroni’s configuration as patroni.username and patroni.passwordFile.',
    retry: 'backoff',
  },
  conflict: {
    code: 'HOWDAH_PATRONI_CONFLICT',
    meaning:
      'Somebody else changed the cluster’s configuration at the same moment; Patroni took neither side’s word.',
    remedy: 'Nothing: it is read and compared again.',
    retry: 'now',
  },
  refused: {
    code: 'HOWDAH_PATRONI_REFUSED',
    meaning: 'Patroni will not do what was asked, as the cluster is now.',
    remedy: 'Its own words in the message say why: no candidate is good enough, or there is nothing to do.',
    retry: 'backoff',
  },
  unavailable: {
    code: 'HOWDAH_PATRONI_UNAVAILABLE',
    meaning:
      'Patroni answers, and cannot do what was asked now: the cluster is not initialised, or its store is away.',
    remedy: 'Wait; if it lasts, see Patroni’s own log.',
    retry: 'backoff',
  },
  unexpectedAnswer: {
    code: 'HOWDAH_PATRONI_UNEXPECTED_ANSWER',
    meaning: 'Something answers at Patroni’s address in a form that is not Patroni’s.',
    remedy: 'Check patroni.url, and that the version is one of Patroni 3 or 4.',
    retry: 'backoff',
  },
} as const satisfies ErrorCatalogue;

export const errorCatalogue: ErrorCatalogue = patroniErrors;
