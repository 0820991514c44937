import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonEnvironment } from '@howdah/testbed-tools/python-environment';
import type { Workspace } from '@howdah/testbed-tools/workspace';

const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));

/** Puts Patroni in place and gives the path of its executable. */
export const ensurePatroni = async (workspace: Workspace, tell: (line: string) => void): Promise<string> =>
  join(await pythonEnvironment(join(workspace.tools, 'patroni'), requirements, tell), 'bin/patroni');
