import { expect, test } from 'vitest';
import { indented, runSteps } from './run-steps.ts';
import type { Step, StepContext } from './step.ts';

const context: StepContext = { root: '/nowhere', write: false, signal: new AbortController().signal };
const passing: Step = { name: 'format', run: async () => ({ ok: true, notes: ['12 files'] }) };
const failing: Step = {
  name: 'types',
  run: async () => ({ ok: false, output: 'a.ts(1,1): error', command: 'npx tsc' }),
};
const throwing: Step = { name: 'layers', run: () => Promise.reject(new Error('no such rule')) };

const told = async (steps: readonly Step[], signal = context.signal) => {
  const lines: string[] = [];
  let clockMs = 0;
  const failures = await runSteps(
    steps,
    { ...context, signal },
    (text) => lines.push(text),
    () => {
      clockMs += 500;
      return clockMs;
    },
  );
  return { failures, text: lines.join('\n') };
};

test('a step after a failed one still runs, and the verdict names those that failed', async () => {
  const { failures, text } = await told([failing, passing]);
  expect(failures).toBe(1);
  expect(text).toContain('FAILED  types');
  expect(text).toContain('ok      format');
  expect(text).toContain('check: 1 failed: types');
});

test('a failure shows the tool’s words and the command that repeats it', async () => {
  const { text } = await told([failing]);
  expect(text).toContain('    a.ts(1,1): error\n    → npx tsc');
});

test('a step that throws has failed, and says why', async () => {
  const { failures, text } = await told([throwing, passing]);
  expect(failures).toBe(1);
  expect(text).toContain('no such rule');
  expect(text).toContain('→ ./dev check layers');
});

test('each step tells its time, and its notes even when all is well', async () => {
  const { failures, text } = await told([passing]);
  expect(failures).toBe(0);
  expect(text.split('\n')).toEqual([
    'ok      format         0.5 s',
    '    12 files',
    'check: all is well (1.5 s)',
  ]);
});

test('a check that was interrupted is not a passed one', async () => {
  const { failures, text } = await told([passing], AbortSignal.abort());
  expect(failures).toBe(1);
  expect(text).toBe('check: stopped before the end');
});

test('of a long complaint the beginning is shown, and how much was left out', () => {
  const lines = indented(Array.from({ length: 200 }, (_, index) => `line ${index}`).join('\n')).split('\n');
  expect(lines).toHaveLength(81);
  expect(lines.at(-1)).toBe('    … and 120 lines more');
});
