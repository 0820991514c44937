import type { ErrorCatalogue } from '@howdah/core/errors';

/** Most of the exporter's failures are those of its adapters. */
export const exporterErrors = {
  customQueryRows: {
    code: 'HOWDAH_EXPORTER_CUSTOM_QUERY_ROWS',
    meaning:
      'A custom query gave rows that cannot be served: a value that is no number, or two rows with the same labels.',
    remedy:
      'Cast the column that is named to a number, e.g. extract(epoch FROM …), or name the column that tells the rows apart in `labels`.',
    retry: 'backoff',
  },
  customQueryTime: {
    code: 'HOWDAH_EXPORTER_CUSTOM_QUERY_TIME',
    meaning: 'A custom query used up its timeoutSeconds before all its databases had been asked.',
    remedy: 'Raise its timeoutSeconds, ask fewer databases in one query, or make the statement cheaper.',
    retry: 'backoff',
  },
} as const satisfies ErrorCatalogue;

export const errorCatalogue: ErrorCatalogue = exporterErrors;
