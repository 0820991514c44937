import pino from 'pino';

/** Constant message, data in fields: `logger.info({label}, 'backup done')`. */
export type Logger = pino.Logger;

const stdout = pino.destination({ fd: 1, sync: true });

/**
 * JSON lines on stdout, written synchronously: the last line before a crash is the one that is needed.
 * `component` says which part speaks. Fields that could carry a secret are cut whoever logs them.
 */
export const createLogger = (component: string, options: { readonly level?: string } = {}): Logger =>
  pino(
    {
      level: options.level ?? 'info',
      base: { component },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: [
          'password',
          'secret',
          'token',
          'accountKey',
          '*.password',
          '*.secret',
          '*.token',
          '*.accountKey',
        ],
        censor: '[redacted]',
      },
    },
    stdout,
  );

/** Another component's logger of the same level; a pino child would name both components in each line. */
export const loggerBeside = (logger: Logger, component: string): Logger =>
  createLogger(component, { level: logger.level });
