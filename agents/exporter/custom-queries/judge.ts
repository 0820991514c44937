import { type CustomQuery, timeoutSecondsOf } from './config.ts';
import { metricNameOf, ownPrefixOf } from './names.ts';

/** What is wrong at a place below `customQueries`, and the form that would be right. */
export interface QueryProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What the schema cannot say: names that meet, and times that do not fit. */
export const problemsOf = (
  queries: readonly CustomQuery[],
  statementTimeoutSeconds: number,
): readonly QueryProblem[] => {
  const taken = new Set<string>();
  return queries.flatMap((query, index) =>
    [
      ...judgeName(query, queries.slice(0, index)),
      ...judgeMetrics(query, taken),
      ...repeated(query.labels, 'labels', 'a label that is not there yet'),
      ...repeated(query.databases ?? [], 'databases', 'a database that is not there yet'),
      ...judgeDatname(query),
      ...judgeTimeout(query, statementTimeoutSeconds),
    ].map(({ path, message }) => ({ path: [index, ...path], message })),
  );
};

const judgeName = (query: CustomQuery, before: readonly CustomQuery[]): readonly QueryProblem[] => {
  const own = query.metrics
    .map(({ column }) => ownPrefixOf(metricNameOf(query, column)))
    .find((prefix) => prefix !== undefined);
  return [
    ...(before.some(({ name }) => name === query.name)
      ? [{ path: ['name'], message: 'a name that no other query has' }]
      : []),
    ...(own === undefined
      ? []
      : [
          { path: ['name'], message: `a name whose metrics do not begin with ${own}, which is Howdah’s own` },
        ]),
  ];
};

/** @param taken names of the metrics before; this query's are added */
const judgeMetrics = (query: CustomQuery, taken: Set<string>): readonly QueryProblem[] =>
  query.metrics.flatMap(({ column }, place) => {
    const metric = metricNameOf(query, column);
    if (taken.has(metric)) {
      return [
        { path: ['metrics', place, 'column'], message: `a metric that is not there yet (${metric} is)` },
      ];
    }
    taken.add(metric);
    return [];
  });

const repeated = (values: readonly string[], key: string, message: string): readonly QueryProblem[] =>
  values.flatMap((value, place) =>
    values.indexOf(value) === place ? [] : [{ path: [key, place], message }],
  );

const judgeDatname = ({ labels, databases }: CustomQuery): readonly QueryProblem[] =>
  databases !== undefined && labels.includes('datname')
    ? [{ path: ['labels', labels.indexOf('datname')], message: 'not datname, which `databases` gives' }]
    : [];

const judgeTimeout = (query: CustomQuery, statementTimeoutSeconds: number): readonly QueryProblem[] =>
  timeoutSecondsOf(query, statementTimeoutSeconds) > statementTimeoutSeconds
    ? [
        {
          path: ['timeoutSeconds'],
          message: `no more than statementTimeoutSeconds (${statementTimeoutSeconds})`,
        },
      ]
    : [];
