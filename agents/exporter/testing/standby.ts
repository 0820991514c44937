import { spawn } from 'node:child_process';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { postgresBinaries } from '@howdah/testing/postgres-binaries';
import type { PostgresServer } from '@howdah/testing/postgres-server';
import { cleanEnvironment, databaseUser, identityOf, runAs } from '@howdah/testing/run-as';

/** A program of PostgreSQL beside the servers, e.g. pg_recvlogical; killed at the end of the block. */
export const program = (
  name: string,
  args: readonly string[],
): AsyncDisposable & { readonly pid: number } => {
  const user = databaseUser();
  const child = spawn(join(postgresBinaries(), name), args, {
    ...identityOf(user),
    cwd: '/',
    env: cleanEnvironment(user),
    stdio: 'ignore',
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  return {
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGINT');
      const impatient = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await exited;
      clearTimeout(impatient);
      process.off('exit', killWithUs);
    },
  };
};

export interface Standby extends AsyncDisposable {
  readonly socketDir: string;
  readonly port: number;
  promote(): Promise<void>;
}

/** A streaming replica of `primary` with a slot of its own, `slot`, asked for answers every second. */
export const startStandby = async (primary: PostgresServer, slot: string): Promise<Standby> => {
  const user = databaseUser();
  const root = await mkdtemp('/tmp/howdah-standby-');
  if (identityOf(user).uid !== undefined) await chown(root, user.uid, user.gid);
  await chmod(root, 0o755);
  const data = join(root, 'data');
  const from = ['-h', primary.socketDir, '-p', String(primary.port), '-U', primary.superuser];
  await runAs(user, join(postgresBinaries(), 'pg_basebackup'), [
    ...from,
    ...['-D', data, '-R', '-X', 'stream', '-C', '-S', slot, '-c', 'fast', '--no-sync'],
  ]);
  const postmaster = program('postgres', [
    ...['-D', data, '-c', `unix_socket_directories=${root}`],
    ...['-c', 'wal_receiver_status_interval=1s', '-c', `cluster_name=${slot}`],
  ]);
  const psql = (sql: string) =>
    runAs(user, join(postgresBinaries(), 'psql'), [
      ...['-X', '-q', '-h', root, '-p', String(primary.port), '-U', primary.superuser, '-d', 'postgres'],
      ...['-c', sql],
    ]);
  for (let attempt = 0; ; attempt += 1) {
    try {
      await psql('SELECT 1');
      break;
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return {
    socketDir: root,
    port: primary.port,
    promote: async () => {
      await psql('SELECT pg_promote(true, 30)');
    },
    [Symbol.asyncDispose]: async () => {
      await postmaster[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
};
