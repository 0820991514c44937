import { chmod, readFile, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { errorCatalogue } from '@howdah/testbed-tools/errors';
import type { Workspace } from '@howdah/testbed-tools/workspace';
import * as z from 'zod';

/** What other processes need to know of a running demo; roles are asked of Patroni when they are wanted. */
const demoFacts = z.object({
  user: z.string(),
  password: z.string(),
  console: z.string(),
  store: z.string(),
  prometheus: z.string(),
  /** The running demo listens here for `failover`, `break` and `mend`. */
  controlSocket: z.string(),
  members: z.array(
    z.object({
      name: z.string(),
      port: z.int(),
      patroniUrl: z.string(),
      agentUrl: z.string(),
      dataDirectory: z.string(),
      logDirectory: z.string(),
      configDirectory: z.string(),
    }),
  ),
});
export type DemoFacts = z.infer<typeof demoFacts>;

const factsPath = (workspace: Workspace): string => join(workspace.demo, 'demo.json');

/** Written once the demo is up; holds the superuser's password, so only we may read it. */
export const writeFacts = async (workspace: Workspace, facts: DemoFacts): Promise<void> => {
  const path = factsPath(workspace);
  await writeFile(`${path}.new`, `${JSON.stringify(facts, null, 2)}\n`, { mode: 0o600 });
  await chmod(`${path}.new`, 0o600);
  await rename(`${path}.new`, path);
};

/** The facts of the running demo, or undefined while none is up. */
export const findFacts = async (workspace: Workspace): Promise<DemoFacts | undefined> => {
  const text = await readFile(factsPath(workspace), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : demoFacts.parse(JSON.parse(text));
};

/** @throws HowdahError `HOWDAH_DEV_NOT_RUNNING` */
export const requireFacts = async (workspace: Workspace): Promise<DemoFacts> => {
  const facts = await findFacts(workspace);
  if (facts === undefined) throw new HowdahError(errorCatalogue.notRunning, 'no demo of this clone is up');
  return facts;
};

const link = (workspace: Workspace): string => join(workspace.clone, '.demo');

/** Makes `.demo` in the clone lead to where the data really is. */
export const linkDemo = async (workspace: Workspace): Promise<void> => {
  if (!workspace.outside) return;
  await rm(link(workspace), { force: true });
  await symlink(workspace.demo, link(workspace));
};

export const unlinkDemo = async (workspace: Workspace): Promise<void> => {
  if (workspace.outside) await unlink(link(workspace)).catch(() => undefined);
};
