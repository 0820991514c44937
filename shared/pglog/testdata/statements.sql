SET application_name = '';
SELECT 1/0;
SET application_name = 'quotes "and", commas';
SELECT *
FROM "no such table"
WHERE a = 'x, "y"';
CREATE TABLE t (n integer PRIMARY KEY, "say ""hi""" text);
INSERT INTO t VALUES (1, 'Grüße ✓');
INSERT INTO t VALUES (1, 'Grüße ✓');
DO $$ BEGIN RAISE DEBUG 'a debug'; RAISE LOG 'a log line
2026-01-01 00:00:00.000 UTC,"postgres","postgres",1,"[local]",65e1b2c3.1f4,1,"SELECT",2026-01-01 00:00:00 UTC,3/4,0,ERROR,22012,"division by zero",,,,,,,,,"psql","client backend",,0
and on'; RAISE INFO 'an info'; RAISE NOTICE 'a notice'; RAISE WARNING 'a warning' USING DETAIL = 'in detail', HINT = 'a hint'; END $$;
DO $$ BEGIN RAISE LOG USING MESSAGE = ''; EXCEPTION WHEN others THEN RAISE LOG 'empty'; END $$;
DO $$ BEGIN PERFORM 1 FROM nowhere; END $$;
SET log_min_messages = debug5;
SELECT 1;
SET log_min_messages = warning;
SELECT pg_terminate_backend(pg_backend_pid());
