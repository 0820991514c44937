import type { ErrorCatalogue } from '@howdah/core/errors';

export const kubeErrors = {
  noCluster: {
    code: 'HOWDAH_KUBE_NO_CLUSTER',
    meaning: 'Neither a service account nor a kubeconfig says where the API server is.',
    remedy: 'Run it in a pod with a service account, or name a file with KUBECONFIG.',
    retry: 'never',
  },
  unreachable: {
    code: 'HOWDAH_KUBE_UNREACHABLE',
    meaning: 'The API server does not answer, or breaks off.',
    remedy:
      'Nothing where it is being restarted: it is asked again. If it lasts, check network and certificates.',
    retry: 'backoff',
  },
  forbidden: {
    code: 'HOWDAH_KUBE_FORBIDDEN',
    meaning: 'The API server refuses the credentials, or they do not allow what was asked.',
    remedy: 'The message names verb and resource: compare with the roles that the chart makes.',
    retry: 'backoff',
  },
  absent: {
    code: 'HOWDAH_KUBE_ABSENT',
    meaning: 'The object, or its kind, is not there.',
    remedy:
      'For a kind of howdah.dev: install the chart howdah-crds. An object that was deleted is made again.',
    retry: 'backoff',
  },
  conflict: {
    code: 'HOWDAH_KUBE_CONFLICT',
    meaning: 'Somebody else wrote the object at the same moment, or owns one of its fields.',
    remedy: 'Nothing: it is read and compared again.',
    retry: 'now',
  },
  expired: {
    code: 'HOWDAH_KUBE_EXPIRED',
    meaning: 'The API server no longer has what a watch wants to go on from.',
    remedy: 'Nothing: everything is listed again.',
    retry: 'now',
  },
  invalid: {
    code: 'HOWDAH_KUBE_INVALID',
    meaning: 'The API server refuses the object as it is.',
    remedy: 'The message has the field and the reason.',
    retry: 'backoff',
  },
  busy: {
    code: 'HOWDAH_KUBE_BUSY',
    meaning: 'The API server asks to be left alone for a while, or failed.',
    remedy: 'Nothing: it is asked again, more and more slowly. If it lasts, see its own log.',
    retry: 'backoff',
  },
  unexpectedAnswer: {
    code: 'HOWDAH_KUBE_UNEXPECTED_ANSWER',
    meaning: 'Something answers at the API server’s address in a form that is not its own.',
    remedy: 'Check the address in the kubeconfig, and proxies before it.',
    retry: 'backoff',
  },
} as const satisfies ErrorCatalogue;

export const errorCatalogue: ErrorCatalogue = kubeErrors;
