import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Workspace } from '../workspace.ts';
import { pythonEnvironment } from './python-environment.ts';

const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));

/** Puts Patroni in place and gives the path of its executable. */
export const ensurePatroni = async (workspace: Workspace, tell: (line: string) => void): Promise<string> =>
  join(await pythonEnvironment(join(workspace.tools, 'patroni'), requirements, tell), 'bin/patroni');
