import { readdirSync, readFileSync } from 'node:fs';
import { identify, type ProcessIdentity } from '@howdah/testbed-tools/process/proc';
import { ourselves, runAs } from '@howdah/testing/run-as';

const lines = async (file: string, ...args: string[]): Promise<readonly string[]> =>
  (await runAs(ourselves(), file, args)).stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** What a node could leave behind on this machine, each kind as a list of lines to compare. */
export interface MachineState {
  readonly interfaces: readonly string[];
  readonly routes: readonly string[];
  readonly tables: readonly string[];
  readonly mounts: readonly string[];
  readonly loops: readonly string[];
  readonly cgroups: readonly string[];
  readonly sysctls: readonly string[];
  readonly directories: readonly string[];
}

const watchedSysctls = [
  ...['vm/overcommit_memory', 'vm/panic_on_oom', 'kernel/panic', 'kernel/panic_on_oops'],
  ...['kernel/keys/root_maxkeys', 'kernel/keys/root_maxbytes', 'net/ipv4/ip_forward'],
  ...['net/netfilter/nf_conntrack_max', 'net/netfilter/nf_conntrack_tcp_timeout_established'],
];

export const machineState = async (): Promise<MachineState> => ({
  interfaces: (await lines('ip', '-brief', 'link')).map((line) => line.split(/[\s@]/)[0] ?? ''),
  routes: await lines('ip', 'route', 'show', 'table', 'all'),
  tables: await lines('nft', 'list', 'tables'),
  mounts: readFileSync('/proc/self/mounts', 'utf8').split('\n'),
  loops: await lines('losetup', '--list', '--noheadings', '--output', 'NAME,BACK-FILE'),
  cgroups: readdirSync('/sys/fs/cgroup', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(`/sys/fs/cgroup/${name}`).map((below) => `${name}/${below}`)),
  sysctls: watchedSysctls.map((name) => {
    try {
      return `${name} ${readFileSync(`/proc/sys/${name}`, 'utf8').trim()}`;
    } catch {
      return `${name} none`;
    }
  }),
  directories: ['/var/lib', '/etc', '/opt', '/run', '/var/log', '/usr/libexec'].flatMap((path) => {
    try {
      return readdirSync(path).map((name) => `${path}/${name}`);
    } catch {
      return [];
    }
  }),
});

/** What is there now and was not before, by kind; kinds without anything new are left out. */
export const added = (
  before: MachineState,
  after: MachineState,
): Partial<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(after)
      .map(([kind, now]) => {
        const known = new Set(before[kind as keyof MachineState]);
        return [kind, (now as readonly string[]).filter((line) => !known.has(line))] as const;
      })
      .filter(([, lines]) => lines.length > 0),
  );

/** `root` and everything that descends from it. */
export const familyOf = (root: ProcessIdentity): readonly ProcessIdentity[] => {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        return [[Number(name), parent] as const];
      } catch {
        return [];
      }
    });
  const family = new Set([root.pid]);
  for (let before = 0; before < family.size; ) {
    before = family.size;
    for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid);
  }
  return [...family].flatMap((pid) => identify(pid) ?? []);
};
