import { judge } from '@howdah/status/judge';
import { expect, test } from 'vitest';
import { recordedFleet } from './testing/recorded-fleet.ts';

test('what the demo’s agents said two minutes after its start is judged as a person would', () => {
  const { verdict, sentence } = judge(recordedFleet());
  expect(verdict).toBe('well');
  expect(sentence).toMatch(
    /^All is well: pg-0 is primary, 2 replicas follow, the last backup is 1 min \d+ s old\.$/,
  );
});
