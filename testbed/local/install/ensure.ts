import { spawn } from 'node:child_process';
import { userInfo } from 'node:os';
import { fileURLToPath } from 'node:url';
import { HowdahError } from '@howdah/core/errors';
import { errorCatalogue as toolErrors } from '@howdah/testbed-tools/errors';
import { ourselves, runAs } from '@howdah/testing/run-as';
import { errorCatalogue } from '../errors.ts';
import { packageFacts, readOsRelease } from './apt.ts';
import { type Purpose, packageName, partsOn } from './parts.ts';
import { parseOsRelease, type Supported, supportedSystems, supportOf } from './platform.ts';
import { type Finding, survey } from './survey.ts';

const installer = fileURLToPath(new URL('install-packages.ts', import.meta.url));

/** The system we are on. @throws HowdahError when it is none of the supported. */
export const requireSupportedSystem = async (): Promise<Supported> => {
  const platform = parseOsRelease(await readOsRelease().catch(() => ''));
  const system = supportOf(platform);
  if (system !== undefined) return system;
  const names = supportedSystems.map(({ id, version }) => `${id} ${version}`).join(', ');
  throw new HowdahError(
    toolErrors.unsupportedSystem,
    `this is ${platform.title}; supported are ${names}, or ./dev demo --in-docker where Docker answers`,
  );
};

/** Every part with what was found of it. */
export const surveyMachine = async (system: Supported): Promise<readonly Finding[]> =>
  survey(
    system,
    await packageFacts(partsOn(system.id).map((part) => packageName(part, system.postgresMajor))),
  );

/**
 * Installs the packages that `purpose` needs and that are not there. Changes nothing when one of them is
 * too old, and nothing when we may not install: then it says what to do.
 */
export const ensurePackages = async (purpose: Purpose, tell: (line: string) => void): Promise<void> => {
  const system = await requireSupportedSystem();
  let findings = needed(await surveyMachine(system), purpose);
  if (missing(findings).length === 0 && tooOld(findings).length === 0) return;
  const prefix = await rootPrefix();
  if (prefix !== undefined) {
    tell('asking apt what it has');
    await asRoot(prefix, ['update']).catch(() =>
      tell('apt could not refresh its lists; going on with what it knows'),
    );
    findings = needed(await surveyMachine(system), purpose);
  }
  refuseTooOld(tooOld(findings));
  const names = missing(findings).map((finding) => finding.name);
  if (prefix === undefined) {
    throw new HowdahError(
      errorCatalogue.partsMissing,
      `missing, and we may not install: ${names.join(', ')}\n  sudo apt-get install --no-install-recommends ${names.join(' ')}`,
    );
  }
  tell(`installing ${names.join(', ')} (no service is started)`);
  await asRoot(prefix, ['install', ...names]);
};

const needed = (findings: readonly Finding[], purpose: Purpose) =>
  findings.filter((finding) => finding.part.neededBy.includes(purpose));
const missing = (findings: readonly Finding[]) => findings.filter((finding) => finding.state === 'missing');
const tooOld = (findings: readonly Finding[]) => findings.filter((finding) => finding.state === 'too-old');

const refuseTooOld = (findings: readonly Finding[]): void => {
  if (findings.length === 0) return;
  const lines = findings.map(
    ({ name, version, part }) => `${name}: found ${version}, wanted ${part.atLeast} or newer`,
  );
  throw new HowdahError(
    toolErrors.unsupportedSystem,
    `too old; nothing was changed\n  ${lines.join('\n  ')}`,
  );
};

/** The words that come before a command to run it as root, or undefined when we may not. */
const rootPrefix = async (): Promise<readonly string[] | undefined> => {
  if (userInfo().uid === 0) return [];
  // -n: a password prompt in the middle of an install helps nobody; then we say what to type instead.
  const sudo = await runAs(ourselves(), 'sudo', ['-n', 'true']).catch(() => undefined);
  return sudo === undefined ? undefined : ['sudo', '-n'];
};

/** Runs install-packages.ts to its end, as root and detached: Ctrl-C must not leave dpkg half way. */
const asRoot = (prefix: readonly string[], args: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const [file = process.execPath, ...rest] = [...prefix, process.execPath, installer, ...args];
    const child = spawn(file, rest, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let words = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        words = (words + text).slice(-4_000);
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) return resolve();
      reject(new HowdahError(toolErrors.installFailed, `apt-get ended with ${code}:\n${words.trim()}`));
    });
  });
