import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import type { StepContext, StepOutcome } from './step.ts';

/** Enough for the names of all files; a tool that says more has run wild. */
const maxOutputLength = 8 * 1024 * 1024;
const timeoutMs = 600_000;

export interface ToolResult {
  readonly exitCode: number;
  /** stdout and stderr as they came. */
  readonly output: string;
}

/** Runs a program of the clone's node_modules (or of the machine) in the root, with our Node first on PATH. */
export const runTool = (
  { root, signal }: Pick<StepContext, 'root' | 'signal'>,
  program: string,
  args: readonly string[],
  input = '',
): Promise<ToolResult> => {
  const path = [join(root, 'node_modules/.bin'), dirname(process.execPath), process.env.PATH ?? ''];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, PATH: path.join(delimiter), NO_COLOR: '1', TURBO_TELEMETRY_DISABLED: '1' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk: string): void => {
      output += chunk;
      if (output.length > maxOutputLength) child.kill();
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    // A tool that does not read its input closes the pipe early; its exit code says what matters.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (code) => resolve({ exitCode: code ?? 1, output }));
  });
};

/** The outcome of a step that is one run of one tool. */
export const toolOutcome = ({ exitCode, output }: ToolResult, command: string): StepOutcome =>
  exitCode === 0 ? { ok: true } : { ok: false, output, command };
