import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { HowdahError } from '@howdah/core/errors';
import { errorCatalogue } from '../errors.ts';

/** What the node calls of the distribution: one file each by which it is known, and Debian's package. */
const needed: readonly (readonly [readonly string[], string])[] = [
  [['/usr/sbin/runc', '/usr/bin/runc'], 'runc'],
  [['/usr/lib/cni/bridge', '/opt/cni/bin/bridge'], 'containernetworking-plugins'],
  [['/usr/sbin/nft', '/usr/bin/nft'], 'nftables'],
  [['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip'], 'iproute2'],
  [['/usr/sbin/mkfs.xfs', '/sbin/mkfs.xfs'], 'xfsprogs'],
  [['/usr/bin/openssl'], 'openssl'],
];

/** A node makes namespaces, mounts and interfaces. */
export const mayHaveOwnNode = (): boolean => process.platform === 'linux' && userInfo().uid === 0;

/** @throws HowdahError where nobody could make a node of our own by installing something: not Linux, or not root. */
export const requireRoot = (): void => {
  if (mayHaveOwnNode()) return;
  throw new HowdahError(
    errorCatalogue.rootNeeded,
    'a Kubernetes node makes namespaces, mounts and interfaces, which takes root on Linux',
  );
};

/** @throws HowdahError where a node of our own cannot be: not Linux, not root, or without its packages. */
export const requireOwnNode = (): void => {
  requireRoot();
  const missing = needed.filter(([paths]) => !paths.some((path) => existsSync(path)));
  if (missing.length === 0) return;
  const names = missing.map(([, name]) => name);
  throw new HowdahError(
    errorCatalogue.packagesMissing,
    `missing: ${names.join(', ')}\n  apt-get install --no-install-recommends ${names.join(' ')}`,
  );
};
