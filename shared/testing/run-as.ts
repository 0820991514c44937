import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';

/** An operating-system account that processes are started as. */
export interface OsUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** What a finished command left behind. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Added to, and winning over, {@link cleanEnvironment}. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  readonly signal?: AbortSignal;
  /** Default one minute; the command is killed when it is over. */
  readonly timeoutMs?: number;
}

/** The fields of one `/etc/passwd` line that matter here, or undefined when `name` has none. */
export const userFromPasswd = (passwd: string, name: string): OsUser | undefined => {
  const line = passwd.split('\n').find((candidate) => candidate.startsWith(`${name}:`));
  const [, , uid, gid, , home] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) return undefined;
  return { name, uid: Number(uid), gid: Number(gid), home: home ?? '/' };
};

/**
 * The user that PostgreSQL and everything beside it runs as: `postgres` when we are root (PostgreSQL
 * refuses to run as root), otherwise ourselves.
 */
export const databaseUser = (): OsUser => {
  const me = ourselves();
  if (me.uid !== 0) return me;
  const postgres = userFromPasswd(readFileSync('/etc/passwd', 'utf8'), 'postgres');
  if (postgres === undefined) {
    throw new Error('there is no user postgres, and PostgreSQL does not run as root: install postgresql');
  }
  return postgres;
};

/** Who we are, for what has nothing to do with the database. */
export const ourselves = (): OsUser => {
  const me = userInfo();
  return { name: me.username, uid: me.uid, gid: me.gid, home: me.homedir };
};

/** The `uid` and `gid` of spawn options, empty where no change of user is needed (or possible). */
export const identityOf = (user: OsUser): { uid?: number; gid?: number } =>
  userInfo().uid === 0 ? { uid: user.uid, gid: user.gid } : {};

/** A small environment without what the caller's shell happens to carry (PYTHON…, PG…, NODE_OPTIONS). */
export const cleanEnvironment = (user: OsUser): Record<string, string> => ({
  HOME: user.home,
  LANG: 'C.UTF-8',
  LOGNAME: user.name,
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  TZ: 'UTC',
  USER: user.name,
});

/**
 * Runs a command as `user` to its end.
 *
 * @throws an Error with the end of the command's own words when it exits other than 0 or runs out of time.
 */
export const runAs = (
  user: OsUser,
  file: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<CommandResult> => {
  const deadline = AbortSignal.timeout(options.timeoutMs ?? 60_000);
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      ...identityOf(user),
      cwd: options.cwd ?? '/',
      env: { ...cleanEnvironment(user), ...options.env },
      killSignal: 'SIGKILL',
      signal: options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    // A command that ends without reading its input breaks the pipe; its exit code tells what happened.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    child.on('error', (cause) => reject(new Error(`${file} did not run to its end`, { cause })));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve({ stdout, stderr });
      const words = `${stdout}\n${stderr}`.trim().slice(-2_000);
      reject(new Error(`${file} ${args.join(' ')} ended with ${code ?? signal}: ${words}`));
    });
  });
};
