import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { ourselves, runAs } from '@howdah/testing/run-as';
import { errorCatalogue } from './errors.ts';

/** pip listens to these for mirrors, proxies and certificates; all else of our environment stays out. */
const passedOn = /^(pip_|.*_proxy$|ssl_cert|requests_ca_bundle|curl_ca_bundle)/i;

/**
 * A virtual environment with exactly the packages of one requirements file, made by the system's Python
 * so that the database user can run it whatever Python we have ourselves.
 *
 * @returns its directory; made anew when the requirements have changed.
 */
export const pythonEnvironment = async (
  directory: string,
  requirements: string,
  tell: (line: string) => void,
): Promise<string> => {
  const content = await readFile(requirements, 'utf8');
  const wanted = createHash('sha256').update(content).digest('hex');
  const stamp = join(directory, 'requirements.sha256');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return directory;

  tell(`making ${directory}`);
  const options = { timeoutMs: 600_000, env: environmentForPip() };
  try {
    await rm(directory, { recursive: true, force: true });
    await mkdir(join(directory, '..'), { recursive: true });
    await runAs(ourselves(), '/usr/bin/python3', ['-m', 'venv', directory], options);
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'];
    await runAs(ourselves(), join(directory, 'bin/python3'), [...pip, '-r', requirements], options);
  } catch (cause) {
    throw new HowdahError(errorCatalogue.installFailed, `pip could not install ${requirements}`, { cause });
  }
  // Readable for the database user whatever our umask is.
  await chmod(directory, 0o755);
  await runAs(ourselves(), 'chmod', ['-R', 'go+rX', directory]);
  await writeFile(`${stamp}.new`, wanted);
  await rename(`${stamp}.new`, stamp);
  return directory;
};

const environmentForPip = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && passedOn.test(entry[0]),
    ),
  );
