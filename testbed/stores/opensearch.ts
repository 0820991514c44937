import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { errorCatalogue } from '@howdah/testbed-tools/errors';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { type OsUser, ourselves, runAs, userFromPasswd } from '@howdah/testing/run-as';

/** The distribution that OpenSearch's own plugins are tested with: the real server without plugins, so without TLS. */
const artifact = 'org.opensearch.distribution.integ-test-zip:opensearch:2.19.1:zip';
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

/** Fetches OpenSearch with maven when it is not there yet, and gives the folder that it lies in. */
export const ensureOpenSearch = async (tell: (line: string) => void): Promise<string> => {
  const [, name = '', version = ''] = artifact.split(':');
  const { tools } = currentWorkspace();
  const home = join(tools, 'opensearch', `${name}-${version}`);
  if (existsSync(home)) return home;
  tell(`fetching ${name} ${version}`);
  const fresh = join(tools, `opensearch.${process.pid}`);
  const repository = join(fresh, 'maven');
  const run = (file: string, ...args: string[]) =>
    runAs(ourselves(), file, args, { timeoutMs: 600_000, env: javaEnvironment() });
  try {
    await mkdir(fresh, { recursive: true });
    const where = [`-Dartifact=${artifact}`, '-Dtransitive=false', `-Dmaven.repo.local=${repository}`];
    await run('mvn', '-q', '-B', `${plugin}:get`, ...where);
    const zip = join(
      repository,
      `org/opensearch/distribution/integ-test-zip/${name}/${version}/${name}-${version}.zip`,
    );
    await run('/usr/bin/python3', '-m', 'zipfile', '-e', zip, fresh);
    // Python's zip module keeps no modes.
    for (const script of ['opensearch', 'opensearch-cli', 'opensearch-keystore'])
      await chmod(join(fresh, `${name}-${version}/bin`, script), 0o755);
    await mkdir(join(tools, 'opensearch'), { recursive: true });
    await rename(join(fresh, `${name}-${version}`), home);
  } catch (cause) {
    throw new HowdahError(errorCatalogue.installFailed, `${name} ${version} could not be fetched`, { cause });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return home;
};

/** Settings of this machine that maven needs, e.g. for a proxy's certificates. */
const javaEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    ['JAVA_TOOL_OPTIONS', 'MAVEN_OPTS', 'MAVEN_ARGS'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** Those that it comes with write a log of the garbage collector beside the programs, which are not its user's. */
const jvmOptions = `-Xms512m
-Xmx512m
-XX:+UseSerialGC
-Djava.io.tmpdir=\${OPENSEARCH_TMPDIR}
18-:-Djava.security.manager=allow
`;

export interface OpenSearchCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** It refuses to run as root. */
  readonly user: OsUser;
}

/** How a single node is started, with half a gigabyte of heap; its data and configuration lie in `root`. */
export const openSearchCommand = async (
  home: string,
  root: string,
  host: string,
  port: number,
): Promise<OpenSearchCommand> => {
  const me = ourselves();
  const nobody = userFromPasswd(await readFile('/etc/passwd', 'utf8'), 'nobody');
  const user = me.uid === 0 && nobody !== undefined ? { ...nobody, home: root } : me;
  const folder = async (name: string) => {
    const path = join(root, name);
    await mkdir(path, { recursive: true });
    return path;
  };
  const [config, data, logs, tmp] = [
    join(root, 'config'),
    await folder('data'),
    await folder('logs'),
    await folder('tmp'),
  ];
  await cp(join(home, 'config'), config, { recursive: true });
  await writeFile(join(config, 'jvm.options'), jvmOptions);
  for (const path of [root, config, data, logs, tmp]) await chown(path, user.uid, user.gid);
  const settings = {
    'discovery.type': 'single-node',
    'network.host': host,
    'http.port': String(port),
    'transport.port': '0',
    'path.data': data,
    'path.logs': logs,
  };
  return {
    file: join(home, 'bin/opensearch'),
    args: Object.entries(settings).map(([name, value]) => `-E${name}=${value}`),
    env: {
      OPENSEARCH_JAVA_HOME: '/usr/lib/jvm/default-java',
      OPENSEARCH_PATH_CONF: config,
      OPENSEARCH_TMPDIR: tmp,
    },
    user,
  };
};
