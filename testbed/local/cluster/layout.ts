import { randomBytes } from 'node:crypto';
import { chownSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { databaseUser, identityOf, type OsUser } from '@howdah/testing/run-as';
import { type MemberName, memberNames, type Ports } from './ports.ts';

/** Where one member keeps what, as its pod would. */
export interface MemberLayout {
  readonly name: MemberName;
  readonly ports: { readonly postgres: number; readonly patroni: number; readonly agents: number };
  /** All below belongs to the member alone. */
  readonly root: string;
  readonly dataDirectory: string;
  /** PostgreSQL's logs, outside the data directory. */
  readonly logDirectory: string;
  /** Laid out as a mounted ConfigMap: the agents' YAML and PostgreSQL's source files. */
  readonly configDirectory: string;
  readonly secretsDirectory: string;
  /** `HOWDAH_STATE_DIR`; the applied files lie in `postgres/` below it. */
  readonly stateDirectory: string;
  readonly appliedDirectory: string;
  /** Where the backup agent writes pgbackrest.conf; beside it pgBackRest's own directories. */
  readonly pgbackrestDirectory: string;
  readonly patroniConfig: string;
  /** Short, because a unix socket's path may have 107 bytes. */
  readonly socketDirectory: string;
  readonly runDirectory: string;
}

export interface ClusterLayout {
  readonly runDirectory: string;
  readonly recordPath: string;
  readonly socketRoot: string;
  /** What the parts print. */
  readonly logs: string;
  readonly repository: string;
  readonly members: readonly MemberLayout[];
  readonly ports: Ports;
  /** Owner of everything the database touches. */
  readonly user: OsUser;
}

/** Random for each run; in files that only their reader may open. */
export interface Passwords {
  readonly superuser: string;
  readonly replication: string;
  readonly patroniRest: string;
  readonly app: string;
}

export const makePasswords = (): Passwords => {
  const one = () => randomBytes(15).toString('base64url');
  return { superuser: one(), replication: one(), patroniRest: one(), app: one() };
};

/** Names every path of a run; makes nothing. */
export const layoutOf = (
  runDirectory: string,
  socketRoot: string,
  ports: Ports,
  user: OsUser,
): ClusterLayout => ({
  runDirectory,
  recordPath: join(runDirectory, 'run.json'),
  socketRoot,
  logs: join(runDirectory, 'logs'),
  repository: join(runDirectory, 'repository'),
  members: memberNames.map((name, index) => memberLayout(name, index, runDirectory, socketRoot, ports)),
  ports,
  user,
});

const memberLayout = (
  name: MemberName,
  index: number,
  runDirectory: string,
  socketRoot: string,
  ports: Ports,
): MemberLayout => {
  const root = join(runDirectory, name);
  const stateDirectory = join(root, 'state');
  return {
    name,
    ports: {
      postgres: ports.postgres[index] ?? 0,
      patroni: ports.patroni[index] ?? 0,
      agents: ports.agents[index] ?? 0,
    },
    root,
    dataDirectory: join(root, 'data'),
    logDirectory: join(root, 'log'),
    configDirectory: join(root, 'config'),
    secretsDirectory: join(root, 'secrets'),
    stateDirectory,
    appliedDirectory: join(stateDirectory, 'postgres'),
    pgbackrestDirectory: join(root, 'pgbackrest'),
    patroniConfig: join(root, 'patroni.yml'),
    socketDirectory: join(socketRoot, name),
    runDirectory: join(socketRoot, name, 'run'),
  };
};

/** Makes the directories of a run, owned by the database user, and gives their names. */
export const makeLayout = async (runDirectory: string, ports: Ports): Promise<ClusterLayout> => {
  const user = databaseUser();
  const layout = layoutOf(runDirectory, await mkdtemp('/tmp/howdah-'), ports, user);
  // Others may look in (psql by hand, a browser of files); the files with secrets are closed themselves.
  for (const path of [runDirectory, layout.socketRoot, layout.logs, layout.repository]) {
    await makeOwned(path, user, 0o755);
  }
  for (const member of layout.members) {
    for (const path of [
      member.root,
      member.logDirectory,
      member.configDirectory,
      member.secretsDirectory,
      member.stateDirectory,
      member.appliedDirectory,
      member.pgbackrestDirectory,
      member.socketDirectory,
    ]) {
      await makeOwned(path, user, 0o755);
    }
    await makeOwned(member.dataDirectory, user, 0o700);
    await makeOwned(member.runDirectory, user, 0o700);
    for (const name of ['lock', 'log', 'spool'])
      await makeOwned(join(member.pgbackrestDirectory, name), user, 0o750);
  }
  return layout;
};

export const makeOwned = async (path: string, user: OsUser, mode: number): Promise<void> => {
  await mkdir(path, { recursive: true });
  own(path, user);
  await chmod(path, mode);
};

/** Writes a file that belongs to `user`; readable by its owner alone unless `mode` says otherwise. */
export const writeOwned = async (path: string, text: string, user: OsUser, mode = 0o600): Promise<void> => {
  await writeFile(path, text, { mode: 0o600 });
  own(path, user);
  await chmod(path, mode);
};

const own = (path: string, user: OsUser): void => {
  if (identityOf(user).uid !== undefined) chownSync(path, user.uid, user.gid);
};
