import type { Family } from '../model.ts';
import { factsCollector } from './collector.ts';

const family: Family = {
  name: 'pg_static',
  type: 'untyped',
  help: 'The server’s version in its labels; always 1.',
  labels: ['server', 'short_version', 'version'],
};

/** `150013` → `15.13.0`, the form in which postgres_exporter gives it. */
export const shortVersion = (versionNum: number): string =>
  `${Math.floor(versionNum / 10_000)}.${versionNum % 10_000}.0`;

export const staticCollector = factsCollector('static', ({ address, versionNum, version }) => [
  { family, labels: [address, shortVersion(versionNum), version], value: 1 },
]);
