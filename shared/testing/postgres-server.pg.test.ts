import { access, readdir } from 'node:fs/promises';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { usePostgres } from './pg-test.ts';
import { startPostgres } from './postgres-server.ts';

describe('a temporary PostgreSQL', () => {
  const server = usePostgres({
    roles: true,
    logDestinations: ['csvlog', 'jsonlog'],
    settings: { work_mem: '3MB', log_connections: 'on' },
  });

  it('runs with the settings it was given', async () => {
    expect(await server().query('SHOW work_mem')).toEqual([{ work_mem: '3MB' }]);
  });

  it('writes its logs outside the data directory, one file per destination', async () => {
    const files = await readdir(server().logDirectory);
    expect(files.some((file) => file.endsWith('.csv'))).toBe(true);
    expect(files.some((file) => file.endsWith('.json'))).toBe(true);
  });

  it('makes databases from a template', async () => {
    await server().query('CREATE DATABASE model');
    const connectionString = await server().createDatabase('copy', 'model');
    const client = new Client({ connectionString });
    await client.connect();
    expect((await client.query('SELECT current_database() AS name')).rows).toEqual([{ name: 'copy' }]);
    await client.end();
  });

  it('keeps its data over a restart', async () => {
    await server().query('CREATE TABLE kept (n integer)');
    const before = server().pid;
    await server().restart();
    expect(server().pid).not.toBe(before);
    expect(await server().query('SELECT count(*)::integer AS n FROM kept')).toEqual([{ n: 0 }]);
  });

  it('leaves neither process nor file when stopped', async () => {
    const other = await startPostgres();
    await other.stop();
    await expect(access(other.socketDir)).rejects.toThrow();
    expect(() => process.kill(other.pid, 0)).toThrow();
  });
});
