import { spawn } from 'node:child_process';
import { appendFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import { csvlogRecord } from './testing/csvlog.ts';
import { startRig } from './testing/rig.ts';

const child = new URL('testing/crash-child.ts', import.meta.url).pathname;

/** The signal that ended it, or null when it came to its end. */
const runUntilKilled = (root: string, step: string, nth: number): Promise<NodeJS.Signals | null> =>
  new Promise((resolve, reject) => {
    const running = spawn(process.execPath, [child, root, step, String(nth)], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    running.on('error', reject);
    running.on('close', (code, signal) =>
      code === null || code === 0 ? resolve(signal) : reject(new Error(`ended with ${code}`)),
    );
  });

/** Of the sink's file and those it was rotated into, oldest first. */
const shippedIds = async (root: string): Promise<readonly string[]> => {
  const files = (await readdir(root)).filter((name) => name.startsWith('records.jsonl'));
  const age = (name: string) => Number(name.split('.')[2] ?? 0);
  const texts = await Promise.all(
    files.sort((a, b) => age(b) - age(a)).map((name) => readFile(join(root, name), 'utf8')),
  );
  return texts.flatMap((text) =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).id),
  );
};

describe('L01: killed -9', () => {
  it.each(['read', 'half-ship', 'ship', 'acknowledge', 'tidy', 'checkpoint', 'checkpointed'])(
    'at %s, again and again while the log grows: counts exact, each record shipped once',
    async (step) => {
      await using directory = await temporaryDirectory();
      const root = directory.path;
      const log = join(root, 'log');
      await mkdir(log);
      let written = 0;
      let kills = 0;
      for (let round = 0; round < 6; round += 1) {
        const severities = ['LOG', 'ERROR', 'WARNING'] as const;
        const records = Array.from({ length: 700 }, (_, n) => csvlogRecord(written + n, severities[n % 3]));
        await appendFile(join(log, `${round >> 1}.csv`), records.join(''));
        written += records.length;
        if ((await runUntilKilled(root, step, 1 + (round % 2))) === 'SIGKILL') kills += 1;
      }
      expect(kills).toBeGreaterThanOrEqual(step === 'tidy' ? 1 : 4);
      const rig = await startRig(root);
      await rig.drain();
      await rig.stop();
      const count = (severity: string) =>
        rig.metric(`howdah_logship_records_by_severity_total{severity="${severity}"}`);
      expect(await rig.metric('howdah_logship_records_read_total')).toBe(written);
      expect([await count('LOG'), await count('ERROR'), await count('WARNING')]).toEqual([
        1_404, 1_398, 1_398,
      ]);
      const ids = await shippedIds(root);
      expect(ids).toHaveLength(written);
      expect(new Set(ids).size).toBe(written);
    },
    60_000,
  );
});
