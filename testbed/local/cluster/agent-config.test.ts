import { schema as auditUpload } from '@howdah/audit-upload/config';
import { schema as backup } from '@howdah/backup/config';
import { schema as configReload } from '@howdah/config-reload/config';
import { schema as exporter } from '@howdah/exporter/config';
import { schema as logship } from '@howdah/logship/config';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { layoutOf } from './layout.ts';
import { renderMemberConfig } from './member-files.ts';
import { portsFrom } from './ports.ts';

const user = { name: 'postgres', uid: 101, gid: 104, home: '/var/lib/postgresql' };
const layout = layoutOf('/srv/run', '/tmp/howdah-x', portsFrom(40_000), user);
const [member] = layout.members;
if (member === undefined) throw new Error('a layout without members');
const files = renderMemberConfig(layout, member);

const schemas = {
  'audit-upload.yaml': auditUpload,
  'backup.yaml': backup,
  'config-reload.yaml': configReload,
  'exporter.yaml': exporter,
  'logship.yaml': logship,
};

describe('the configuration of a local member', () => {
  it.each(Object.entries(schemas))('has a %s that its agent accepts', (file, schema) => {
    const result = schema.safeParse(parse(files[file] ?? ''));
    expect(result.error?.issues ?? []).toEqual([]);
  });

  it('lets nobody be superuser over the unix socket', () => {
    const rules = (files['pg_hba.conf'] ?? '').split('\n').filter((line) => line.startsWith('local'));
    const forSuperuser = rules.find((line) => /^local\s+all\s+(postgres|all)\s/.test(line));
    expect(forSuperuser).toMatch(/reject$/);
  });

  it('keeps unix sockets short enough for the kernel', () => {
    for (const { socketDirectory, ports } of layout.members) {
      expect(`${socketDirectory}/.s.PGSQL.${ports.postgres}.lock`.length).toBeLessThan(107);
    }
  });
});
