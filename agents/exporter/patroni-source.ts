import { HowdahError } from '@howdah/core/errors';
import type { PatroniAddress } from '@howdah/patroni/address';
import { patroniErrors } from '@howdah/patroni/errors';
import { createExchange } from '@howdah/patroni/exchange';

/** Patroni's own metrics. */
export interface PatroniSource {
  /** The text of `GET /metrics`. @throws HowdahError */
  metrics(signal: AbortSignal): Promise<string>;
  close(): void;
}

/** Patroni asks its PostgreSQL before it answers; it is not waited for longer than this. */
const deadlineMs = 2_000;

export const createPatroniSource = (address: PatroniAddress): PatroniSource => {
  const exchange = createExchange(address, deadlineMs);
  return {
    metrics: async (signal) => {
      const { statusCode, body } = await exchange.ask({ method: 'GET', path: '/metrics' }, signal);
      if (statusCode === 200) return body;
      throw new HowdahError(
        patroniErrors.unexpectedAnswer,
        `GET ${new URL(address.url).origin}/metrics answered ${statusCode}`,
      );
    },
    close: exchange.close,
  };
};
