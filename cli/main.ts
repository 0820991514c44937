#!/usr/bin/env node
import { describeError, HowdahError } from '@howdah/core/errors';
import { createProgram } from './program.ts';
import { styleFor } from './style.ts';

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());

// `| head` and `| grep --quiet` hang up when they have seen enough; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await createProgram({
    env: process.env,
    signal: stop.signal,
    style: styleFor(process.stdout, process.env),
    write: (text) => process.stdout.write(text),
    readInput: () => process.stdin,
    progress: (text) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
    },
    exitWith: (code) => {
      process.exitCode = code;
    },
  }).parseAsync();
} catch (error) {
  const style = styleFor(process.stderr, process.env);
  const code = error instanceof HowdahError ? ` ${style.faint(`(${error.code})`)}` : '';
  process.stderr.write(`${style.alarm('howdah:')} ${describeError(error)}${code}\n`);
  if (error instanceof HowdahError) process.stderr.write(`${error.kind.remedy}\n`);
  process.exitCode = 1;
}
