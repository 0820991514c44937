-- The extensions of what is preloaded, in the one database where the agents look.
SELECT pg_catalog.format('CREATE EXTENSION IF NOT EXISTS %I', wanted.name)
FROM (VALUES ('pgaudit'), ('pg_stat_statements')) AS wanted (name)
WHERE wanted.name = ANY (
  pg_catalog.regexp_split_to_array(pg_catalog.current_setting('shared_preload_libraries'), '[ ,]+'))
\gexec
