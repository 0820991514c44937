import type { ErrorCatalogue } from '@howdah/core/errors';

export const consoleErrors = {
  configUnreadable: {
    code: 'HOWDAH_CONSOLE_CONFIG_UNREADABLE',
    meaning: 'console.yaml is missing or cannot be read.',
    remedy: 'Put it into the configuration directory (HOWDAH_CONFIG_DIR); console/README.md shows one.',
    retry: 'never',
  },
  configInvalid: {
    code: 'HOWDAH_CONSOLE_CONFIG_INVALID',
    meaning: 'console.yaml is not what its schema describes.',
    remedy: 'Correct what is listed, and start the console again.',
    retry: 'never',
  },
  pageMissing: {
    code: 'HOWDAH_CONSOLE_PAGE_MISSING',
    meaning: 'The page was not built.',
    remedy: 'Run `npm run build -w @howdah/console`.',
    retry: 'never',
  },
} as const satisfies ErrorCatalogue;

export const errorCatalogue: ErrorCatalogue = consoleErrors;
