import { expect, it } from 'vitest';
import { majors, postgresRecipe } from './recipes.ts';
import { runContainer } from './testing/container.ts';
import { openImage } from './testing/open-image.ts';
import { makeVolumes } from './testing/volumes.ts';

/** A server with everything preloaded, the agents' roles, and what the image says of its versions. */
const script = `
  set -eu
  initdb --no-sync --auth=trust --pgdata=/tmp/data
  preload=pgaudit,pgauditlogtofile,pg_stat_statements
  pg_ctl --pgdata=/tmp/data --wait --log=/tmp/log \
    --options="-c shared_preload_libraries=$preload -c listen_addresses= -k /tmp" start || { cat /tmp/log; exit 1; }
  howdah-post-bootstrap 'host=/tmp dbname=postgres'
  psql -XAt -h /tmp -d postgres -c 'SHOW server_version_num' -c "SELECT string_agg(extname, ',' ORDER BY extname)
    FROM pg_extension" -c "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'howdah%'"
  pg_ctl --pgdata=/tmp/data --mode=fast stop
  patroni --version
  pgbackrest version
` as const;

it.each(majors)(
  'PostgreSQL %i starts with all its extensions and takes the agents’ roles',
  async (major) => {
    await using image = await openImage(postgresRecipe(major));
    await using volumes = await makeVolumes(10001);
    const { code, output } = await runContainer(image, {
      uid: 10001,
      gid: 10001,
      args: ['/bin/sh', '-c', script],
      mounts: volumes.mounts,
    });
    expect(code, output).toBe(0);
    expect(output).toMatch(new RegExp(`^${major}\\d{4}$`, 'm'));
    expect(output).toMatch(/^pg_stat_statements,pgaudit,plpgsql$\n^3$/m);
    expect(output).toMatch(/^patroni 4\.1\.5$/m);
    expect(output).toMatch(/^pgBackRest 2\./m);
  },
  900_000,
);
