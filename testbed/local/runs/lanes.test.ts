import { expect, it } from 'vitest';
import { runLanes } from './lanes.ts';
import { countOf } from './vitest-report.ts';

const tier = (name: string) => ({ name, projects: [name] });

it('a tier without a report has failed by its name, and every other tier of every lane is run', async () => {
  const runs = await runLanes([[tier('pg'), tier('store')], [tier('kube')]], async ({ name }) => {
    if (name === 'pg') JSON.parse('{"testResults": [');
    return [{ file: `${name}.test.ts`, name, outcome: 'passed', durationMs: 1 }];
  });
  expect(countOf(runs)).toEqual({ passed: 2, failed: 1, skipped: 0 });
  const [failed] = runs.filter(({ outcome }) => outcome === 'failed');
  expect(failed?.name).toMatch(/^\.\/dev test --project pg/);
  expect(failed?.failure).toMatch(/^pg left no report: /);
});
