import { patroniAddressConfig } from '@howdah/patroni/config';
import { postgresConfig } from '@howdah/postgres/config';
import * as z from 'zod';
import { collectors } from './collectors/all.ts';
import { customQueriesConfig } from './custom-queries/config.ts';
import { problemsOf } from './custom-queries/judge.ts';

export const collectorIds = collectors.map(({ id }) => id);

const collectorId = z.enum(collectorIds as [string, ...string[]]);

/** `exporter.yaml`. */
export const schema = z
  .strictObject({
    postgres: postgresConfig({ user: 'howdah_monitor' })
      .prefault({})
      .describe('The server to read, by preference over its unix socket.'),
    intervalSeconds: z
      .number()
      .min(1)
      .max(3600)
      .default(15)
      .describe('Time from the start of one cycle to the next. Scrapes between cycles see the same values.'),
    budgetSeconds: z
      .number()
      .positive()
      .max(3600)
      .optional()
      .describe(
        'No collector starts later than this in a cycle. Default two thirds of the interval, 10 at most.',
      ),
    connectTimeoutSeconds: z.number().min(0.1).max(60).default(5).describe('For the login.'),
    statementTimeoutSeconds: z
      .number()
      .min(0.1)
      .max(60)
      .default(5)
      .describe('For each statement, kept by the server; the exporter hangs up a second later.'),
    lockTimeoutSeconds: z
      .number()
      .min(0.01)
      .max(60)
      .default(0.5)
      .describe('How long a statement may wait for a lock, kept by the server.'),
    maxSeriesPerCollector: z
      .int()
      .min(100)
      .max(1_000_000)
      .default(10_000)
      .describe(
        'More are dropped, whole rows at a time, and counted in howdah_exporter_series_dropped_total.',
      ),
    collectors: z
      .strictObject({
        include: z.array(collectorId).min(1).optional().describe('Only these; all when absent.'),
        exclude: z.array(collectorId).default([]).describe('Not these.'),
      })
      .prefault({})
      .describe('Which views are read.'),
    patroni: patroniAddressConfig()
      .optional()
      .describe('Passes Patroni’s own patroni_* metrics on; absent, they are not asked for.'),
    customQueries: customQueriesConfig,
  })
  .superRefine((config, context) => {
    if (config.budgetSeconds !== undefined && config.budgetSeconds > config.intervalSeconds) {
      context.addIssue({
        code: 'custom',
        path: ['budgetSeconds'],
        message: `no more than intervalSeconds (${config.intervalSeconds})`,
      });
    }
    if (config.lockTimeoutSeconds > config.statementTimeoutSeconds) {
      context.addIssue({
        code: 'custom',
        path: ['lockTimeoutSeconds'],
        message: `no more than statementTimeoutSeconds (${config.statementTimeoutSeconds})`,
      });
    }
    for (const [index, id] of config.collectors.exclude.entries()) {
      if (config.collectors.include?.includes(id) === true) {
        context.addIssue({
          code: 'custom',
          path: ['collectors', 'exclude', index],
          message: 'a collector that is not in collectors.include as well',
        });
      }
    }
    for (const { path, message } of problemsOf(config.customQueries, config.statementTimeoutSeconds)) {
      context.addIssue({ code: 'custom', path: ['customQueries', ...path], message });
    }
  });
export type Config = z.infer<typeof schema>;

/** Seconds within which the collectors of a cycle must have started. */
export const budgetSecondsOf = (config: Config): number =>
  config.budgetSeconds ?? Math.min(10, (config.intervalSeconds * 2) / 3);

/** Seconds after which, from the first of them, no custom query of a cycle starts. */
export const customBudgetSecondsOf = (config: Config): number => budgetSecondsOf(config) / 2;

export const chosenCollectors = ({ collectors: { include, exclude } }: Config) =>
  collectors.filter(({ id }) => (include?.includes(id) ?? true) && !exclude.includes(id));
