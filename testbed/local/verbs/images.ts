import { userInfo } from 'node:os';
import { HowdahError } from '@howdah/core/errors';
import { ensureImage } from '@howdah/testbed-images/build-image';
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
    .action(async (names: readonly string[], { postgres }: { postgres: string }) => {
      if (userInfo().uid !== 0)
        throw new HowdahError(errorCatalogue.notRoot, `we are ${userInfo().username}`);
      await ensurePackages('images', say);
      for (const recipe of recipesFor(names, postgres)) {
        const { image, archive } = await ensureImage(currentWorkspace(), recipe, say);
        say(`${image}  ${archive}`);
      }
    });
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
