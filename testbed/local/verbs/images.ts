import { userInfo } from 'node:os';
import { HowdahError } from '@howdah/core/errors';
import { ensureImage } from '@howdah/testbed-images/build-image';
import { compareBuilds } from '@howdah/testbed-images/compare-builds';
import { errorCatalogue } from '@howdah/testbed-images/errors';
import {
  agentRecipe,
  defaultMajor,
  type Major,
  majors,
  operatorRecipe,
  postgresRecipe,
  type Recipe,
} from '@howdah/testbed-images/recipes';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { Argument, type Command, Option } from 'commander';
import { ensurePackages } from '../install/ensure.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

interface Options {
  readonly postgres: string;
  readonly twice?: boolean;
}

/** `./dev images`: the container images, built without a registry, as archives in .dev/images. */
export const addImages = (program: Command): void => {
  program
    .command('images')
    .description('build the container images; a second time only what has changed')
    .addArgument(
      new Argument('[names...]', 'which; all when none is named').choices(['postgres', 'agent', 'operator']),
    )
    .addOption(
      new Option('--postgres <major>', 'of PostgreSQL in the postgres image; `all` builds each')
        .choices([...majors.map(String), 'all'])
        .default(String(defaultMajor)),
    )
    .option('--twice', 'build each twice from the beginning instead, and tell where the two differ')
    .action(async (names: readonly string[], { postgres, twice = false }: Options) => {
      if (userInfo().uid !== 0)
        throw new HowdahError(errorCatalogue.notRoot, `we are ${userInfo().username}`);
      await ensurePackages('images', say);
      for (const recipe of recipesFor(names, postgres)) {
        if (twice) {
          await tellComparison(recipe);
          continue;
        }
        const { image, archive } = await ensureImage(currentWorkspace(), recipe, say);
        say(`${image}  ${archive}`);
      }
    });
};

/** Ends the program with 1 where the two builds differ. */
const tellComparison = async (recipe: Recipe): Promise<void> => {
  const { same, differences } = await compareBuilds(currentWorkspace(), recipe, say);
  for (const line of differences) say(line);
  say(same ? 'The two are the same, byte for byte.' : `The two differ, in ${differences.length} files.`);
  if (!same) process.exitCode = 1;
};

const recipesFor = (names: readonly string[], major: string): readonly Recipe[] => {
  const wanted = (name: string) => names.length === 0 || names.includes(name);
  const node = process.version.slice(1);
  const chosen = major === 'all' ? majors : [Number(major) as Major];
  return [
    ...(wanted('postgres') ? chosen.map(postgresRecipe) : []),
    ...(wanted('agent') ? [agentRecipe(node)] : []),
    ...(wanted('operator') ? [operatorRecipe(node)] : []),
  ];
};
