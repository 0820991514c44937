import type { ErrorCatalogue } from '@howdah/core/errors';

export const operatorErrors = {
  environment: {
    code: 'HOWDAH_OPERATOR_ENVIRONMENT',
    meaning: 'The operator’s environment does not say what it must know.',
    remedy: 'The chart sets it: compare the Deployment with helm/howdah.',
    retry: 'never',
  },
  unexpectedObject: {
    code: 'HOWDAH_OPERATOR_UNEXPECTED_OBJECT',
    meaning: 'An object of the API server is not of the form that its kind has.',
    remedy: 'Compare the versions of Kubernetes that the README names with yours.',
    retry: 'backoff',
  },
} as const satisfies ErrorCatalogue;

export const errorCatalogue: ErrorCatalogue = operatorErrors;
