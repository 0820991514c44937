import type { Step, StepContext, StepOutcome } from './step.ts';

/** Longer output is cut in the middle of the story: the beginning names the first fault. */
const outputLines = 80;

/**
 * Runs all steps one after the other, also after a failure, and tells one line about each.
 *
 * @returns how many failed
 */
export const runSteps = async (
  steps: readonly Step[],
  context: StepContext,
  tell: (text: string) => void,
  now: () => number = () => performance.now(),
): Promise<number> => {
  const startedAt = now();
  const failed: string[] = [];
  for (const step of steps) {
    if (context.signal.aborted) break;
    const stepStartedAt = now();
    const outcome = await outcomeOf(step, context);
    tell(stepLine(step.name, outcome, now() - stepStartedAt));
    if (outcome.ok) {
      for (const note of outcome.notes ?? []) tell(`    ${note}`);
    } else {
      failed.push(step.name);
      tell(`${indented(outcome.output)}\n    → ${outcome.command}`);
    }
  }
  if (context.signal.aborted) {
    tell('check: stopped before the end');
    return failed.length + 1;
  }
  const verdict = failed.length === 0 ? 'all is well' : `${failed.length} failed: ${failed.join(', ')}`;
  tell(`check: ${verdict} (${seconds(now() - startedAt)})`);
  return failed.length;
};

const outcomeOf = async (step: Step, context: StepContext): Promise<StepOutcome> => {
  try {
    return await step.run(context);
  } catch (error) {
    const output = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ok: false, output, command: `./dev check ${step.name}` };
  }
};

/** `ok      types        8.2 s`; the state is a word, never a colour alone. */
export const stepLine = (name: string, outcome: StepOutcome, elapsedMs: number): string =>
  `${outcome.ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(12)} ${seconds(elapsedMs).padStart(7)}`;

const seconds = (elapsedMs: number): string => `${(elapsedMs / 1000).toFixed(1)} s`;

/** `text` moved in under its step, at most {@link outputLines} lines of it. */
export const indented = (text: string): string => {
  const lines = text.trim().split('\n');
  const shown = lines.slice(0, outputLines);
  if (lines.length > shown.length) shown.push(`… and ${lines.length - shown.length} lines more`);
  return shown.map((line) => `    ${line}`.trimEnd()).join('\n');
};
