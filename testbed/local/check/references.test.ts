import { Counter, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { duplicateCodes, type ErrorPackage, errorReference } from './error-reference.ts';
import { describeMetrics, metricReference } from './metric-reference.ts';

const catalogueOf = (folder: string, ...codes: string[]): ErrorPackage => ({
  folder,
  catalogue: Object.fromEntries(
    codes.map((code) => [code, { code, meaning: 'It broke.', remedy: 'Mend it.', retry: 'backoff' }]),
  ),
});

test('an error’s section has meaning, remedy and what happens by itself', () => {
  const text = errorReference([catalogueOf('agents/backup', 'HOWDAH_BACKUP_X')]);
  expect(text).toContain('### HOWDAH_BACKUP_X\n\nIt broke.\n\n**What to do:** Mend it.');
  expect(text).toContain('tried again, with growing delay');
});

test('the order of packages and codes does not depend on the order of reading', () => {
  const one = catalogueOf('shared/a', 'HOWDAH_B', 'HOWDAH_A');
  const other = catalogueOf('agents/b', 'HOWDAH_C');
  expect(errorReference([one, other])).toBe(errorReference([other, one]));
});

test('a code that two packages use is named with both', () => {
  const found = duplicateCodes([
    catalogueOf('shared/a', 'HOWDAH_X'),
    catalogueOf('agents/b', 'HOWDAH_X', 'HOWDAH_Y'),
  ]);
  expect(found).toEqual(['HOWDAH_X is used twice: shared/a/errors.ts, agents/b/errors.ts']);
});

test('a metric’s line has name, type, labels and help, without collecting anything', () => {
  const registry = new Registry();
  new Counter({
    name: 'howdah_x_total',
    help: 'How many.',
    labelNames: ['kind'],
    registers: [registry],
    collect: () => {
      throw new Error('collected');
    },
  });
  const text = metricReference([{ folder: 'agents/x', metrics: describeMetrics(registry) }]);
  expect(text).toContain('| `howdah_x_total` | counter | `kind` | How many. |');
});
