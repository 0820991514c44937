import * as z from 'zod';
import type { Sample, ServerFacts } from '../model.ts';
import { rowCollector } from './collector.ts';

const settingRow = z.object({
  name: z.string(),
  setting: z.string(),
  unit: z.string().nullable(),
  vartype: z.enum(['bool', 'integer', 'real']),
});
export type SettingRow = z.infer<typeof settingRow>;

/**
 * Where our own session changed a setting (its time-outs), the value before counts. What is set for our role
 * or database says nothing about the server, and the value for others cannot be seen: it is left out.
 */
const settingsSql = `
  SELECT name, CASE WHEN source = 'session' THEN reset_val ELSE setting END AS setting, unit, vartype
    FROM pg_settings
   WHERE vartype IN ('bool', 'integer', 'real')
     AND lower(name) NOT IN (
           SELECT lower(split_part(assignment, '=', 1))
             FROM pg_db_role_setting AS s, unnest(s.setconfig) AS assignment
            WHERE s.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = session_user))
              AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())))
   ORDER BY name`;

const secondsPer: Readonly<Record<string, number>> = {
  us: 1e-6,
  ms: 1e-3,
  s: 1,
  min: 60,
  h: 3600,
  d: 86_400,
};
const bytesPer: Readonly<Record<string, number>> = {
  B: 1,
  kB: 2 ** 10,
  MB: 2 ** 20,
  GB: 2 ** 30,
  TB: 2 ** 40,
};

/** `8kB` → 8192 bytes, `min` → 60 seconds; undefined for a unit that PostgreSQL does not have today. */
export const unitOf = (unit: string): { readonly name: string; readonly factor: number } | undefined => {
  const [, count = '', base = ''] = /^(\d*)([A-Za-z]+)$/.exec(unit) ?? [];
  const times = count === '' ? 1 : Number(count);
  const seconds = secondsPer[base];
  if (seconds !== undefined) return { name: 'seconds', factor: times * seconds };
  const bytes = bytesPer[base];
  return bytes === undefined ? undefined : { name: 'bytes', factor: times * bytes };
};

/** Numbers and switches in base units; -1 is PostgreSQL's "off" or "as elsewhere" and stays. */
export const settingSamples = (row: SettingRow, facts: ServerFacts): readonly Sample[] => {
  const plain = row.name.replaceAll(/[^A-Za-z0-9_]/g, '_');
  const unit = row.unit === null || row.unit === '' ? { name: '', factor: 1 } : unitOf(row.unit);
  if (unit === undefined) return [];
  const number = row.vartype === 'bool' ? Number(row.setting === 'on') : Number(row.setting);
  if (!Number.isFinite(number)) return [];
  const family = {
    name: `pg_settings_${plain}${unit.name === '' ? '' : `_${unit.name}`}`,
    type: 'gauge',
    help: `Server parameter ${row.name}${unit.name === '' ? '' : `, in ${unit.name}`}.`,
    labels: ['server'],
  } as const;
  return [{ family, labels: [facts.address], value: number === -1 ? -1 : number * unit.factor }];
};

export const settingsCollector = rowCollector({
  id: 'settings',
  statement: () => ({ what: 'reading pg_settings', text: settingsSql, row: settingRow }),
  samples: settingSamples,
});
