import { type Arrow, isWorkshop, packageOf } from './arrow.ts';

/** One sentence of "who may import whom" (docs/explanation/architecture.md). */
export interface LayerRule {
  readonly name: string;
  /** Why, or what to do instead; told to whoever breaks it. */
  readonly because: string;
  readonly forbids: (arrow: Arrow) => boolean;
}

const adapters = new Set(
  ['postgres', 'patroni', 'pgbackrest', 'objectstore', 'kube'].map((name) => `shared/${name}`),
);

/** What leads out of the package that the arrow starts in, into another one of ours. */
const crosses = ({ from, to }: Arrow): boolean =>
  packageOf(to) !== undefined && packageOf(to) !== packageOf(from);

const isAgent = (folder: string | undefined): boolean => folder?.startsWith('agents/') === true;

/** A file of an agent's that does its work: neither wiring, configuration nor the declaration of metrics and alerts. */
const isStage = (path: string): boolean =>
  isAgent(packageOf(path)) &&
  packageOf(path) !== 'agents/suite' &&
  !isWorkshop(path) &&
  !/\/(agent|alerts|main|config|metrics|metric-[^/]+|[^/]+-metrics)\.ts$/.test(path);

/** `from` may reach into no other package of ours than `allowed`. */
const only = (
  name: string,
  from: (folder: string | undefined) => boolean,
  allowed: readonly string[],
  because: string,
): LayerRule => ({
  name,
  because,
  forbids: (arrow) =>
    from(packageOf(arrow.from)) &&
    !isWorkshop(arrow.from) &&
    crosses(arrow) &&
    !allowed.includes(packageOf(arrow.to) ?? ''),
});

/** `library` is imported by `owner` alone. */
const behind = (library: RegExp, owner: string, because: string): LayerRule => ({
  name: `${owner.replace('shared/', '')}-alone-knows-its-library`,
  because,
  forbids: ({ from, to }) => library.test(to) && packageOf(from) !== owner && !isWorkshop(from),
});

export const layerRules: readonly LayerRule[] = [
  {
    name: 'pure-packages-import-nothing',
    because: 'shared/core and shared/pglog are pure: neither packages of ours nor of others',
    forbids: (arrow) =>
      ['shared/core', 'shared/pglog'].includes(packageOf(arrow.from) ?? '') &&
      !isWorkshop(arrow.from) &&
      (crosses(arrow) || arrow.to.startsWith('npm:')),
  },
  only(
    'status-imports-core',
    (folder) => folder === 'shared/status',
    ['shared/core'],
    'it only describes what /status says',
  ),
  only(
    'adapters-import-core',
    (folder) => adapters.has(folder ?? ''),
    ['shared/core'],
    'an adapter knows the outside world and shared/core: no other adapter, not runtime, not status',
  ),
  only(
    'runtime-knows-no-agent',
    (folder) => folder === 'shared/runtime',
    ['shared/core', 'shared/status'],
    'it carries any agent, so it knows none, and no adapter',
  ),
  {
    name: 'agents-never-import-agents',
    because: 'agents meet through files, Patroni and object keys; only the suite knows them all',
    forbids: (arrow) => {
      const from = packageOf(arrow.from);
      return isAgent(from) && from !== 'agents/suite' && crosses(arrow) && isAgent(packageOf(arrow.to));
    },
  },
  {
    name: 'front-ends-use-agents',
    because: 'shared code and agents do not know who uses them: CLI, console, operator, testbed',
    forbids: ({ from, to }) =>
      /^(agents|shared)\//.test(from) &&
      !from.endsWith('.test.ts') &&
      (/^(cli|console|operator|testbed|bench)\//.test(to) ||
        (from.startsWith('shared/') && isAgent(packageOf(to)))),
  },
  {
    name: 'console-knows-no-agent',
    because:
      'console and operator know of agents what /status says; the operator also what their files may hold (config.ts)',
    forbids: ({ from, to }) =>
      /^(console|operator)\//.test(from) &&
      !isWorkshop(from) &&
      /^(agents|cli)\//.test(to) &&
      !(from.startsWith('operator/') && /^agents\/[^/]+\/config\.ts$/.test(to)),
  },
  {
    name: 'cli-plans-with-the-operator',
    because:
      'a plan that is judged by other functions than the operator’s would be a guess: cli/plan has them, but for what runs it and writes (ADR 0011)',
    forbids: ({ from, to }) =>
      from.startsWith('cli/') &&
      !isWorkshop(from) &&
      to.startsWith('operator/') &&
      !(
        from.startsWith('cli/plan/') &&
        !/^operator\/(main|operator|reconcile|bring|http|metrics)\.ts$/.test(to)
      ),
  },
  {
    name: 'testing-is-for-tests',
    because: 'test files, shared/testing and the testbed are no part of what ships',
    forbids: ({ from, to }) => !isWorkshop(from) && isWorkshop(to),
  },
  {
    name: 'main-is-a-program',
    because: 'a main.ts is started, not imported: move what both need into a module',
    forbids: ({ from, to }) =>
      !isWorkshop(from) && /^(agents|cli|console|operator)\/([^/]+\/)?main\.ts$/.test(to),
  },
  behind(/^npm:(pg|pg-.*)$/, 'shared/postgres', 'time-outs and error classes are decided there, once'),
  behind(
    /^npm:@(aws-sdk|smithy|azure|google-cloud)\//,
    'shared/objectstore',
    'SDKs of stores stay behind the port, and load only when such a store is configured',
  ),
  behind(/^npm:@kubernetes\//, 'shared/kube', 'the Kubernetes client stays behind its port'),
  {
    name: 'stages-receive-ports',
    because:
      'agent.ts hands a stage what it needs; a stage loads no configuration, serves no HTTP, knows no registry',
    forbids: ({ from, to }) =>
      isStage(from) &&
      (to === 'npm:prom-client' ||
        /^shared\/runtime\/(?!agent\.|directories\.|errors\.|logger\.|secrets\.|state-file\.|watch-)/.test(
          to,
        )),
  },
  {
    name: 'stages-do-not-read-config',
    because: 'a stage may name the types of its agent’s config.ts and metrics.ts; values come as arguments',
    forbids: ({ from, to, typeOnly }) =>
      isStage(from) && !typeOnly && /^agents\/[^/]+\/(config|metrics)\.ts$/.test(to),
  },
  {
    name: 'process-belongs-to-runtime',
    because: 'only shared/runtime and main.ts touch arguments, environment, signals and exit',
    forbids: ({ from, to }) =>
      to === 'node:process' &&
      packageOf(from) !== 'shared/runtime' &&
      !/\/main\.ts$/.test(from) &&
      !isWorkshop(from),
  },
  {
    name: 'node-http-instead-of-undici',
    because:
      'undici adds 18 MiB to a process that lives beside a database: node:http with one keep-alive agent',
    forbids: ({ from, to }) => to === 'npm:undici' && !isWorkshop(from),
  },
];
