/** One image that is built of this clone. */
export interface Recipe {
  /** As it is named in manifests, e.g. `howdah/postgres:dev`. */
  readonly image: string;
  /** Relative to the clone, which is the build context. */
  readonly dockerfile: string;
  /** Debian's suite of the base. */
  readonly suite: Suite;
  /** For ARG in the Dockerfile. */
  readonly args: Readonly<Record<string, string>>;
  /** Files and folders of the clone that it is made of. */
  readonly sources: readonly string[];
  /** Whether the programs are bundled with Node, from npm. */
  readonly needsNode: boolean;
}

export type Suite = 'bookworm' | 'trixie' | 'testing';

/** Where Debian has which PostgreSQL; each is built in CI. */
export const suiteOfMajor = { 15: 'bookworm', 17: 'trixie', 18: 'testing' } as const;
export type Major = keyof typeof suiteOfMajor;
export const majors = Object.keys(suiteOfMajor).map(Number) as readonly Major[];
export const defaultMajor: Major = 17;

/** What the bases are called in registries; ours stand in for them. */
export const debianBase = (suite: Suite): string => `docker.io/library/debian:${suite}-slim`;
export const nodeBase = (version: string, suite: Suite): string =>
  `docker.io/library/node:${version}-${suite}-slim`;

/** The default major has the plain tag, any other has its number before it. */
export const postgresRecipe = (major: Major): Recipe => ({
  image: `howdah/postgres:${major === defaultMajor ? '' : `${major}-`}dev`,
  dockerfile: 'images/postgres/Dockerfile',
  suite: suiteOfMajor[major],
  args: { BASE: debianBase(suiteOfMajor[major]), POSTGRES: String(major) },
  sources: ['images/postgres', 'shared/postgres/roles.sql', '.dockerignore'],
  needsNode: false,
});

/** @param node the version of Node to carry, without `v`. */
export const agentRecipe = (node: string): Recipe => ({
  image: 'howdah/agent:dev',
  dockerfile: 'images/agent/Dockerfile',
  suite: 'trixie',
  args: { BASE: debianBase('trixie'), NODE_BASE: nodeBase(node, 'trixie') },
  sources: [
    ...['images/agent', 'images/collect.sh', 'agents', 'shared', 'cli', 'testbed/bundle'],
    ...['package.json', 'package-lock.json', '.dockerignore'],
  ],
  needsNode: true,
});

/** @param node as for the agents. */
export const operatorRecipe = (node: string): Recipe => ({
  ...agentRecipe(node),
  image: 'howdah/operator:dev',
  dockerfile: 'images/operator/Dockerfile',
  sources: [
    ...['images/operator', 'images/collect.sh', 'operator', 'agents', 'shared', 'testbed/bundle'],
    ...['package.json', 'package-lock.json', '.dockerignore'],
  ],
});

/** The file name of an image's archive: `howdah/postgres:15-dev` lies in `howdah-postgres-15-dev.tar`. */
export const archiveName = (image: string): string => `${image.replaceAll(/[/:]/g, '-')}.tar`;
