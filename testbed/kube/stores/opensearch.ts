import { join } from 'node:path';
import { ensureOpenSearch, openSearchCommand } from '@howdah/testbed-stores/opensearch';
import { nodeAddress, storePorts } from '../addresses.ts';
import { answers } from '../parts/answers.ts';
import { kubeStages, type Part } from '../parts/part.ts';

/** Without TLS: the distribution that can be had has no plugin for it. */
export const opensearch: Part = {
  id: 'opensearch',
  stage: kubeStages.memory,
  prepare: async ({ layout }) =>
    openSearchCommand(
      await ensureOpenSearch(() => undefined),
      join(layout.stores, 'opensearch'),
      nodeAddress,
      storePorts.opensearch,
    ),
  isReady: (_context, signal) =>
    answers(
      `http://${nodeAddress}:${storePorts.opensearch}/_cluster/health?wait_for_status=yellow&timeout=1s`,
      signal,
    ),
  readyWithinMs: 120_000,
};
