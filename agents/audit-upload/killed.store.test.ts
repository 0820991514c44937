import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type AzureServer, startAzureServer } from '@howdah/testbed-stores/azurite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { azureStore } from './testing/azure.ts';
import type { KillAtOptions, KillPoint } from './testing/kill-at.ts';
import { auditRecordsIn, writeSessions } from './testing/log-writer.ts';
import { placesOf, storedRecords } from './testing/read-store.ts';
import { listChains, verifyChain } from './verify.ts';

const script = fileURLToPath(new URL('./testing/kill-at.ts', import.meta.url));
const never = new AbortController().signal;

/** The signal or exit code by which the agent's process ended. */
const runAgent = (options: KillAtOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, JSON.stringify(options)], {
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: 15_000,
      killSignal: 'SIGTERM',
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ?? String(code)));
  });

const steps: readonly KillPoint['step'][] = [
  'append',
  'commit',
  'seal',
  'removeOpen',
  'uploadSegment',
  'prove',
  'uploadManifest',
  'record',
  'prune',
];

describe('an agent that is killed', () => {
  let azure: AzureServer;
  let root: string;

  beforeAll(async () => {
    azure = await startAzureServer();
    root = await mkdtemp(join(tmpdir(), 'howdah-killed-'));
  });
  afterAll(async () => {
    await azure?.stop();
    await rm(root, { recursive: true, force: true });
  });

  const check = async (name: string, kills: readonly KillPoint[]) => {
    const prefix = `killed/${name}-${randomBytes(3).toString('hex')}`;
    const logDirectory = join(root, prefix, 'log');
    const stateDir = join(root, prefix, 'state');
    await mkdir(logDirectory, { recursive: true });
    await mkdir(stateDir, { recursive: true });
    const options = { logDirectory, stateDir, prefix, azure };
    let sessions = 0;
    for (const kill of kills) {
      let ended: string | undefined;
      const running = runAgent({ ...options, kill }).then((how) => {
        ended = how;
      });
      // The server goes on writing while the agent runs, dies, and is away.
      while (ended === undefined) {
        await writeSessions(logDirectory, 'postgresql.csv', sessions, sessions + 1);
        sessions += 1;
        await delay(40);
      }
      await running;
      expect(ended, `${kill.when} ${kill.step}`).toBe('SIGKILL');
    }
    const expected = auditRecordsIn(await readFile(join(logDirectory, 'postgresql.csv'), 'utf8'));
    expect(expected).toHaveLength(sessions * 19);
    expect(await runAgent({ ...options, untilProven: expected.length })).toBe('0');

    const store = await azureStore(azure);
    const [chain = '', ...others] = (await listChains(store, prefix, never)) ?? [];
    expect(others).toEqual([]);
    const verdict = await verifyChain(store, { prefix, chain }, never);
    expect(verdict).toMatchObject({ whole: true, findings: [], records: expected.length });
    // In the log's own order, none lost and none twice.
    expect(placesOf(await storedRecords(store, prefix))).toEqual(expected);
    expect(await readdir(join(stateDir, 'chains', chain, 'sealed'))).toEqual([]);
    store.close();
  };

  it.each(steps)(
    'A01: -9 before and after %s loses no record, doubles none, and leaves a chain that verifies',
    (step) =>
      check(step, [
        { step, when: 'before', nth: 1 },
        { step, when: 'after', nth: 1 },
        { step, when: 'before', nth: 2 },
        { step, when: 'after', nth: 3 },
      ]),
  );
});
