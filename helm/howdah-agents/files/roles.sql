-- The agents' roles. Run as a superuser in database "postgres": grants on functions hold only in the
-- database where they were given, and that is the one the agents log in to. May be run again at any time.
--
-- No role is given a password: they log in over the unix socket by peer with an ident map. One that was given
-- because there is no peer (an OS user without a passwd entry) stays. Each has a limit of
-- connections that the server itself keeps, and time-outs that hold for whatever the agent forgets to set.

SET client_min_messages = warning;

DO $roles$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['howdah_monitor', 'howdah_backup', 'howdah_config'] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name) THEN
      EXECUTE pg_catalog.format('CREATE ROLE %I', name);
    END IF;
    EXECUTE pg_catalog.format(
      'ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 2',
      name);
    EXECUTE pg_catalog.format('ALTER ROLE %I SET lock_timeout = %L', name, '2s');
    EXECUTE pg_catalog.format('ALTER ROLE %I SET idle_in_transaction_session_timeout = %L', name, '60s');
    -- public for extensions' views (pg_stat_statements) in custom queries; nothing temporary before them.
    EXECUTE pg_catalog.format('ALTER ROLE %I SET search_path = pg_catalog, public, pg_temp', name);
  END LOOP;
END
$roles$;

-- exporter: reads statistics, in any database it is pointed to.
GRANT pg_monitor TO howdah_monitor;
ALTER ROLE howdah_monitor SET statement_timeout = '10s';

-- backup: pgBackRest's own needs. pg_backup_start waits for a checkpoint, so it has no statement_timeout.
-- After a promotion a backup and a check may work at once, each over a connection of its own, while the agent asks
-- for role and archive; one more may be of a process that was stopped, and the server has not noticed yet.
ALTER ROLE howdah_backup CONNECTION LIMIT 6;
GRANT pg_read_all_settings TO howdah_backup;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_backup_start(text, boolean) TO howdah_backup;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_backup_stop(boolean) TO howdah_backup;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_create_restore_point(text) TO howdah_backup;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_switch_wal() TO howdah_backup;

-- config-reload: sees what the files say and what the server made of it, and asks for a reload.
-- The views need execute on the functions below them as well; select alone is refused.
GRANT pg_read_all_settings TO howdah_config;
GRANT SELECT ON pg_catalog.pg_file_settings, pg_catalog.pg_hba_file_rules, pg_catalog.pg_ident_file_mappings
  TO howdah_config;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_show_all_file_settings(), pg_catalog.pg_hba_file_rules(),
  pg_catalog.pg_ident_file_mappings(), pg_catalog.pg_reload_conf() TO howdah_config;
ALTER ROLE howdah_config SET statement_timeout = '10s';

-- What the agents read themselves is no audit matter, and would fill the trail; a role that is not a
-- superuser cannot turn this off for itself. The setting exists only where pgaudit is preloaded.
DO $audit$
BEGIN
  IF pg_catalog.current_setting('pgaudit.log', true) IS NOT NULL THEN
    ALTER ROLE howdah_monitor SET pgaudit.log = 'none';
  END IF;
END
$audit$;
