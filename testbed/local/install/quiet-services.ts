import { chmod, lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the two switches lie; another root for tests. */
export interface ServiceSwitches {
  /** Asked by invoke-rc.d before it starts anything; 101 means "no". See policy-rc.d(8). */
  readonly policy: string;
  /** Read by pg_createcluster; without it the package's install would make and start a cluster. */
  readonly createCluster: string;
}

export const serviceSwitches = (root = '/'): ServiceSwitches => ({
  policy: join(root, 'usr/sbin/policy-rc.d'),
  createCluster: join(root, 'etc/postgresql-common/createcluster.d/howdah.conf'),
});

const POLICY = '#!/bin/sh\n# In place only while packages are installed: starts no service.\nexit 101\n';

/**
 * Runs `install` while no package may start a service, and puts things back as they were: also when it
 * fails. A policy-rc.d that was there before is kept aside and returned.
 */
export const withServicesKeptFromStarting = async <Result>(
  switches: ServiceSwitches,
  install: () => Promise<Result>,
): Promise<Result> => {
  const aside = `${switches.policy}.before-howdah`;
  await mkdir(join(switches.createCluster, '..'), { recursive: true });
  await writeFile(switches.createCluster, 'create_main_cluster = false\n');
  // Left over from a run that was killed: what stands there now is ours.
  if (await exists(aside)) await rm(switches.policy, { force: true });
  else if (await exists(switches.policy)) await rename(switches.policy, aside);
  const restore = async () => {
    await rm(switches.policy, { force: true });
    await rm(switches.createCluster, { force: true });
    if (await exists(aside)) await rename(aside, switches.policy);
  };
  try {
    await mkdir(join(switches.policy, '..'), { recursive: true });
    await writeFile(switches.policy, POLICY);
    await chmod(switches.policy, 0o755);
    return await install();
  } finally {
    await restore();
  }
};

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
