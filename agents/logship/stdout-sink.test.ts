import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

const script = `
const { StdoutSink } = await import(${JSON.stringify(new URL('stdout-sink.ts', import.meta.url).href)});
const sink = new StdoutSink('console');
await sink.open();
for (let n = 0; n < 400; n += 1) {
  await sink.write(Buffer.from(JSON.stringify({ n, text: 'x'.repeat(1_000) }) + '\\n'), new AbortController().signal);
}
process.stderr.write('written');
`;

describe('the stdout sink', () => {
  it('waits for a reader that is slow, and loses no line', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let told = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
    // More than a pipe holds is on its way: nothing can be written to its end before somebody reads.
    await sleep(300);
    expect(told).toBe('');
    let text = '';
    for await (const part of child.stdout.setEncoding('utf8')) text += part;
    const lines = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).n);
    expect(lines).toEqual(Array.from({ length: 400 }, (_, n) => n));
    expect(told).toBe('written');
  });
});
