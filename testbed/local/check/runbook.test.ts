import type { Alert } from '@howdah/runtime/alert';
import { expect, test } from 'vitest';
import { alertReference, rulesFile } from './alert-reference.ts';
import { runbook, unwrittenSections } from './runbook.ts';

const alert: Alert = {
  name: 'HowdahTestTooOld',
  severity: 'critical',
  expr: ({ series, limit }) => `${series('age', 'type="full"')} > ${limit('maxSeconds')}`,
  for: '5m',
  summary: 'It is too old.',
  description: 'It is {{ $value }} old.',
  todo: 'Make a new one.',
};
const limits = { maxSeconds: { fallback: 60, description: 'How old it may be.' } };
const rendered = (present?: string, changed: Partial<Alert> = {}) =>
  runbook({ ...alert, ...changed }, limits, 'agents/test/alerts.ts', present);

test('a runbook begins as a skeleton, of which each section is missed until it is written', () => {
  const skeleton = rendered();
  expect(skeleton).toContain('age{type="full"} > 60');
  expect(unwrittenSections(skeleton)).toEqual(['Meaning', 'Impact', 'Diagnosis', 'Mitigation']);
  expect(unwrittenSections(skeleton.replaceAll('To be written.', 'It is so.'))).toEqual([]);
  expect(unwrittenSections(skeleton.replace('## Impact\n\nTo be written.\n', ''))).toContain('Impact');
});

test('what people wrote stays when the alert changes, and is not written twice', () => {
  const written = rendered().replace('To be written.', 'By hand.');
  const after = rendered(written, { todo: 'Make two.' });
  expect(after).toBe(written.replace('Make a new one.', 'Make two.'));
  expect(rendered(after, { todo: 'Make two.' })).toBe(after);
});

test('a runbook that somebody wrote without the marker keeps every word', () => {
  expect(rendered('# Mine\n\nEvery word.\n')).toContain('# Mine\n\nEvery word.\n');
});

test('rules and reference say the same of an alert', () => {
  const packages = [{ folder: 'agents/test', limits, alerts: [alert] }];
  expect(rulesFile(packages)).toContain('expr: age{type="full"} > 60');
  expect(rulesFile(packages)).toContain('runbook_url: docs/runbooks/HowdahTestTooOld.md');
  const reference = alertReference(packages);
  expect(reference).toContain(
    '| [HowdahTestTooOld](../runbooks/HowdahTestTooOld.md) | critical | 5m | It is too old. |',
  );
  expect(reference).toContain('| `maxSeconds` | 60 | How old it may be. |');
});
