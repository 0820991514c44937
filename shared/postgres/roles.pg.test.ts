import { readFile } from 'node:fs/promises';
import { usePostgres } from '@howdah/testing/pg-test';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';

const server = usePostgres({
  roles: true,
  settings: { shared_preload_libraries: 'pgaudit', 'pgaudit.log': 'ddl,role' },
});

const as = async (role: string, sql: string): Promise<unknown[]> => {
  const client = new Client({
    host: server().socketDir,
    port: server().port,
    user: role,
    database: 'postgres',
  });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
};

describe('the agents’ roles', () => {
  it('can be made again over themselves, and keep a password that somebody gave them', async () => {
    const password = "SELECT rolpassword AS kept FROM pg_authid WHERE rolname = 'howdah_monitor'";
    expect(await server().query(password)).toEqual([{ kept: null }]);
    await server().query("ALTER ROLE howdah_monitor PASSWORD 'of a password file'");
    const before = await server().query(password);
    await server().query(await readFile(new URL('roles.sql', import.meta.url), 'utf8'));
    expect(await server().query(password)).toEqual(before);
  });

  it('are never superusers, and each hold a few connections at most', async () => {
    const roles = await server().query(
      `SELECT rolname, rolsuper, rolcreaterole, rolreplication, rolconnlimit
         FROM pg_roles WHERE rolname LIKE 'howdah%' ORDER BY rolname`,
    );
    const bounded = { rolsuper: false, rolcreaterole: false, rolreplication: false };
    expect(roles).toEqual([
      { rolname: 'howdah_backup', ...bounded, rolconnlimit: 6 },
      { rolname: 'howdah_config', ...bounded, rolconnlimit: 2 },
      { rolname: 'howdah_monitor', ...bounded, rolconnlimit: 2 },
    ]);
  });

  it('let the exporter read what only monitors may, outside the audit trail', async () => {
    expect(await as('howdah_monitor', 'SHOW pgaudit.log')).toEqual([{ 'pgaudit.log': 'none' }]);
    await expect(as('howdah_monitor', "SET pgaudit.log = 'all'")).rejects.toThrow(/permission denied/);
    expect(await as('howdah_monitor', 'SELECT sum(size) > 0 AS read FROM pg_ls_waldir()')).toEqual([
      { read: true },
    ]);
  });

  it('let the backup agent take a backup and nothing of the others’ work', async () => {
    expect(await as('howdah_backup', "SELECT pg_backup_start('x', true) IS NOT NULL AS started")).toEqual([
      { started: true },
    ]);
    await expect(as('howdah_backup', 'SELECT pg_reload_conf()')).rejects.toThrow(/permission denied/);
  });

  it('let config-reload see files and rules and ask for a reload', async () => {
    expect(await as('howdah_config', 'SELECT pg_reload_conf() AS sent')).toEqual([{ sent: true }]);
    for (const view of ['pg_file_settings', 'pg_hba_file_rules', 'pg_ident_file_mappings']) {
      await expect(as('howdah_config', `SELECT count(*) FROM ${view}`)).resolves.toHaveLength(1);
    }
    await expect(as('howdah_config', "ALTER SYSTEM SET work_mem = '1GB'")).rejects.toThrow(
      /permission denied/,
    );
    await expect(as('howdah_config', "SELECT pg_read_file('/etc/passwd')")).rejects.toThrow(
      /permission denied/,
    );
  });
});
