import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runSteps } from './check/run-steps.ts';
import { steps } from './check/steps.ts';

const usage = `Usage: ./dev check [--write] [step…]

Everything that can be said about the code without running it, in under a minute.
  --write   mend what a machine can mend: format, regenerate the generated files
Steps: ${steps.map((step) => step.name).join(', ')}
`;

const { values, positionals } = parseArgs({
  options: { write: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !steps.some((step) => step.name === name));
if (values.help || unknown.length > 0) {
  process.stdout.write(unknown.length > 0 ? `There is no step ${unknown.join(', ')}.\n${usage}` : usage);
  process.exit(values.help ? 0 : 1);
}

// `./dev check | head` closes the pipe: that is no fault to tell about.
process.stdout.on('error', () => process.exit(1));
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

const chosen = steps.filter((step) => positionals.length === 0 || positionals.includes(step.name));
const root = resolve(import.meta.dirname, '../..');
const failed = await runSteps(chosen, { root, write: values.write, signal: stop.signal }, (text) =>
  process.stdout.write(`${text}\n`),
);
process.exitCode = failed === 0 ? 0 : 1;
