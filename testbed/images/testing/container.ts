import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ourselves, runAs } from '@howdah/testing/run-as';
import { type ContainerOptions, containerConfig } from './container-config.ts';
import type { OpenImage } from './open-image.ts';

export interface Container extends AsyncDisposable {
  readonly running: boolean;
  /** Both streams, as far as they have come. */
  output(): string;
  /** Runs a command inside, as the container's user; gives its output, trimmed. */
  exec(args: readonly string[]): Promise<string>;
  /** SIGTERM to its first process, as the kubelet sends it. */
  terminate(): Promise<void>;
  /** Its exit code; killed when it has not ended by itself in half a minute. */
  ended(): Promise<number>;
}

/** Starts a container with runc, which is what containerd and CRI-O use as well. */
export const startContainer = async (image: OpenImage, options: ContainerOptions): Promise<Container> => {
  const bundle = await mkdtemp(join(tmpdir(), 'howdah-container-'));
  await writeFile(join(bundle, 'config.json'), JSON.stringify(containerConfig(image, options)));
  const id = `howdah-${randomUUID()}`;
  const root = ['--root', join(bundle, 'runc')];
  const runc = (args: readonly string[]) => runAs(ourselves(), 'runc', [...root, ...args]);

  const child = spawn('runc', [...root, 'run', '--bundle', bundle, id], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exit = once(child, 'close') as Promise<[number | null]>;
  const end = async () => {
    await runc(['delete', '--force', id]).catch(() => undefined);
    await exit;
    await rm(bundle, { recursive: true, force: true });
  };
  return {
    get running() {
      return child.exitCode === null;
    },
    output: () => output,
    exec: async (args) => (await runc(['exec', id, ...args])).stdout.trim(),
    terminate: async () => {
      await runc(['kill', id, 'TERM']);
    },
    ended: async () => {
      const impatient = setTimeout(() => void runc(['kill', id, 'KILL']).catch(() => undefined), 30_000);
      const [code] = await exit;
      clearTimeout(impatient);
      return code ?? -1;
    },
    [Symbol.asyncDispose]: end,
  };
};

/** Runs a container to its end. */
export const runContainer = async (
  image: OpenImage,
  options: ContainerOptions,
): Promise<{ readonly code: number; readonly output: string }> => {
  await using container = await startContainer(image, options);
  const code = await container.ended();
  return { code, output: container.output() };
};
