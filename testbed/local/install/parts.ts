/** What a part is needed for; `demo`, `test`, `kube` and `images` install what is missing, `doctor` only tells. */
export type Purpose = 'demo' | 'test' | 'kube' | 'images';

/** One Debian package that the testbed is built of. */
export interface Part {
  /** Debian's and Ubuntu's name of the package; `NN` stands for PostgreSQL's major version. */
  readonly package: string;
  /** The least upstream version that will do, e.g. `2.45`. */
  readonly atLeast: string;
  readonly usedFor: string;
  readonly neededBy: readonly Purpose[];
  /** Distributions that have it as a package; all when absent. */
  readonly onlyOn?: readonly string[];
}

/** Everything that comes from the distribution. The rest comes from npm and PyPI into the clone. */
export const parts: readonly Part[] = [
  {
    package: 'postgresql-NN',
    atLeast: '15',
    usedFor: 'the database of every member, and of the tests',
    neededBy: ['demo', 'test'],
  },
  {
    package: 'postgresql-NN-pgaudit',
    atLeast: '1.7',
    usedFor: 'audit records in the server log',
    neededBy: ['demo', 'test'],
  },
  {
    package: 'pgbackrest',
    // The first with `info` per repository, annotations and `start-fast` as the backup agent uses them.
    atLeast: '2.45',
    usedFor: 'backups and WAL archiving',
    neededBy: ['demo', 'test'],
  },
  {
    package: 'etcd-server',
    atLeast: '3.4',
    usedFor: 'the store in which Patroni elects the primary',
    neededBy: ['demo', 'test'],
  },
  {
    package: 'prometheus',
    atLeast: '2.42',
    usedFor: 'scraping the agents, as a real installation would; promtool checks the metrics',
    neededBy: ['demo', 'test', 'kube'],
  },
  {
    package: 'python3-venv',
    atLeast: '3.11',
    usedFor: 'the virtual environment with Patroni',
    neededBy: ['demo', 'test'],
  },
  {
    package: 'chromium',
    atLeast: '120',
    usedFor: 'looking at the console as a person would, and checking it with axe-core',
    neededBy: ['test'],
    // Ubuntu's package of this name only fetches a snap, which does not run in containers.
    onlyOn: ['debian'],
  },
  {
    package: 'openssl',
    atLeast: '3.0',
    usedFor: 'certificates for the TLS tests',
    neededBy: ['test', 'kube'],
  },
  {
    package: 'nginx-light',
    atLeast: '1.18',
    usedFor: 'the web server that takes audit segments in tests',
    neededBy: ['test', 'kube'],
  },
  {
    package: 'curl',
    atLeast: '7.80',
    usedFor: 'the tutorial, whose commands a test types',
    neededBy: ['test'],
  },
  {
    package: 'shellcheck',
    atLeast: '0.8',
    usedFor: 'checking the shell scripts',
    neededBy: ['test'],
  },
  {
    package: 'git',
    atLeast: '2.30',
    usedFor: 'checking that generated files are up to date',
    neededBy: ['test'],
  },
  {
    package: 'runc',
    atLeast: '1.1',
    usedFor: 'starting the containers of the Kubernetes testbed',
    neededBy: ['kube'],
  },
  {
    package: 'containernetworking-plugins',
    atLeast: '1.1',
    usedFor: 'the network of its pods',
    neededBy: ['kube'],
  },
  {
    package: 'nftables',
    atLeast: '1.0',
    usedFor: 'its services',
    neededBy: ['kube'],
  },
  {
    package: 'iproute2',
    atLeast: '5.10',
    usedFor: 'its bridge and routes',
    neededBy: ['kube'],
  },
  {
    package: 'xfsprogs',
    atLeast: '6.1',
    usedFor: 'its volumes of a fixed size',
    neededBy: ['kube'],
  },
  {
    package: 'maven',
    atLeast: '3.6',
    usedFor: 'fetching OpenSearch',
    neededBy: ['kube'],
  },
  {
    package: 'default-jre-headless',
    // Debian's number of the meta package: Java 17.
    atLeast: '1.17',
    usedFor: 'OpenSearch, a store for logs',
    neededBy: ['kube'],
  },
  {
    package: 'mmdebstrap',
    atLeast: '1.3',
    usedFor: 'the bases of the images, made of Debian’s packages',
    neededBy: ['images'],
  },
  {
    package: 'buildah',
    atLeast: '1.28',
    usedFor: 'building the images',
    neededBy: ['images'],
  },
];

/** The parts that a distribution has. */
export const partsOn = (distribution: string): readonly Part[] =>
  parts.filter((part) => part.onlyOn === undefined || part.onlyOn.includes(distribution));

/** The package's name on a system whose PostgreSQL has this major version. */
export const packageName = (part: Part, postgresMajor: number): string =>
  part.package.replace('NN', String(postgresMajor));
