import { type ExampleOptions, writeExample } from './example-files.ts';
import type { Patroni } from './patroni.ts';

/** Applies the example anew, with other options, to a Patroni that runs. Whether that rolls the pods, they decide. */
export const applyExample = async (patroni: Patroni, options: ExampleOptions): Promise<void> => {
  const s3 = await patroni.cluster.store('s3', patroni.signal);
  await using files = await writeExample(patroni.namespace, s3, options);
  await patroni.kubectl(['apply', '-k', files.whole]);
};
