import type { ErrorCatalogue } from '@howdah/core/errors';

/** The exporter's failures are those of its adapters. */
export const errorCatalogue: ErrorCatalogue = {};
