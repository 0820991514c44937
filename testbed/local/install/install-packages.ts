import { spawn } from 'node:child_process';
import { serviceSwitches, withServicesKeptFromStarting } from './quiet-services.ts';

/**
 * Runs as root, perhaps by sudo, as a process of its own: `update`, or `install <package>…` with every
 * service kept from starting.
 */
const [verb, ...names] = process.argv.slice(2);

// Whoever interrupts us waits for dpkg to finish; the switches are put back in any case.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const aptGet = (args: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });

process.exitCode =
  verb === 'update'
    ? await aptGet(['update', '-q'])
    : await withServicesKeptFromStarting(serviceSwitches(), () =>
        aptGet(['install', '-y', '--no-install-recommends', ...names]),
      );
