import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ServiceSwitches, serviceSwitches, withServicesKeptFromStarting } from './quiet-services.ts';

let root: string;
let switches: ServiceSwitches;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'switches-'));
  switches = serviceSwitches(root);
});
afterEach(() => rm(root, { recursive: true }));

/** What invoke-rc.d does before it starts a service: 101 is "action forbidden by policy". */
const askPolicy = (): number => {
  try {
    execFileSync(switches.policy, ['postgresql', 'start', '2']);
    return 0;
  } catch (error) {
    return (error as { status?: number }).status ?? -1;
  }
};

const gone = (path: string) => expect(stat(path)).rejects.toThrow(/ENOENT/);

describe('while packages are installed', () => {
  it('forbids every service to start and every database cluster to be made', async () => {
    const seen = await withServicesKeptFromStarting(switches, async () => ({
      policy: askPolicy(),
      cluster: await readFile(switches.createCluster, 'utf8'),
    }));
    expect(seen).toEqual({ policy: 101, cluster: 'create_main_cluster = false\n' });
  });

  it('leaves nothing behind afterwards', async () => {
    await withServicesKeptFromStarting(switches, async () => undefined);
    await gone(switches.policy);
    await gone(switches.createCluster);
  });

  it('leaves nothing behind when the install fails or is interrupted', async () => {
    const failing = withServicesKeptFromStarting(switches, () => Promise.reject(new Error('no network')));
    await expect(failing).rejects.toThrow('no network');
    await gone(switches.policy);
  });

  it('gives a policy of the machine’s own back', async () => {
    await mkdir(dirname(switches.policy), { recursive: true });
    await writeFile(switches.policy, '#!/bin/sh\nexit 104\n', { mode: 0o755 });
    await withServicesKeptFromStarting(switches, async () => expect(askPolicy()).toBe(101));
    expect(askPolicy()).toBe(104);
  });

  it('gives it back even after a run that was killed in the middle', async () => {
    await mkdir(dirname(switches.policy), { recursive: true });
    await writeFile(`${switches.policy}.before-howdah`, '#!/bin/sh\nexit 104\n', { mode: 0o755 });
    await writeFile(switches.policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    await withServicesKeptFromStarting(switches, async () => undefined);
    expect(askPolicy()).toBe(104);
  });
});
