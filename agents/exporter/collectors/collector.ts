import type { Statement } from '@howdah/postgres/statement';
import type { Collector, Sample, ServerFacts } from '../model.ts';

/** A collector of one statement whose rows each give some samples. */
export interface RowCollector<Row> {
  readonly id: string;
  /** The statement for this server, undefined where its version has no such view. */
  statement(facts: ServerFacts): Statement<Row> | undefined;
  samples(row: Row, facts: ServerFacts): readonly Sample[];
}

export const rowCollector = <Row>({ id, statement, samples }: RowCollector<Row>): Collector => ({
  id,
  read: async (run, facts) => {
    const chosen = statement(facts);
    if (chosen === undefined) return undefined;
    const rows = await run(chosen);
    return { groups: rows.map((row) => samples(row, facts)), leftOut: 0 };
  },
});

/** A collector of what the cycle's first statement has told already. */
export const factsCollector = (
  id: string,
  samples: (facts: ServerFacts) => readonly Sample[],
): Collector => ({
  id,
  read: async (_run, facts) => ({ groups: [samples(facts)], leftOut: 0 }),
});
