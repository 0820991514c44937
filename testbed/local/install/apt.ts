import { readFile } from 'node:fs/promises';
import { ourselves, runAs } from '@howdah/testing/run-as';
import type { PackageFacts } from './survey.ts';

const quick = 60_000;

/** The installed versions of these packages, from dpkg's database. */
const installedVersions = async (names: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own placeholders
  const format = '${db:Status-Abbrev} ${Package} ${Version}\\n';
  // dpkg-query exits 1 when it does not know one of them, having said what it knows of the others.
  const script = `dpkg-query -W -f='${format}' ${names.join(' ')} 2>/dev/null || true`;
  const { stdout } = await runAs(ourselves(), 'sh', ['-c', script], { timeoutMs: quick });
  const known = stdout.split('\n').map((line) => line.trim().split(/\s+/));
  return new Map(
    known.flatMap(([status, name, version]) => (status === 'ii' && name && version ? [[name, version]] : [])),
  );
};

/** The versions that apt would install. */
const candidateVersions = async (names: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const { stdout } = await runAs(ourselves(), 'apt-cache', ['policy', ...names], { timeoutMs: quick });
  const found = new Map<string, string>();
  let name = '';
  for (const line of stdout.split('\n')) {
    const heading = /^(\S+):$/.exec(line);
    if (heading) name = heading[1] ?? '';
    const candidate = /^ {2}Candidate: (\S+)$/.exec(line)?.[1];
    if (candidate !== undefined && candidate !== '(none)') found.set(name, candidate);
  }
  return found;
};

/** What is installed and what is on offer. */
export const packageFacts = async (names: readonly string[]): Promise<ReadonlyMap<string, PackageFacts>> => {
  const [installed, candidates] = await Promise.all([installedVersions(names), candidateVersions(names)]);
  return new Map(
    names.map((name) => {
      const [have, offer] = [installed.get(name), candidates.get(name)];
      return [
        name,
        {
          ...(have === undefined ? {} : { installed: have }),
          ...(offer === undefined ? {} : { candidate: offer }),
        },
      ];
    }),
  );
};

export const readOsRelease = (): Promise<string> => readFile('/etc/os-release', 'utf8');
