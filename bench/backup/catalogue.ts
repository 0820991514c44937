import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createMetrics } from '@howdah/backup/metrics';
import { viewsAfter } from '@howdah/backup/repository/views';
import { type BackupType, parseInfo } from '@howdah/pgbackrest/info';
import { Registry } from 'prom-client';

const daySeconds = 86_400;
const firstSeconds = Date.UTC(2026, 0, 4, 1) / 1_000;

const stamp = (seconds: number): string =>
  new Date(seconds * 1_000).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');

/** A full each Sunday, a diff each other day, each six-hourly incr built on the newest. */
const typeOf = (index: number): BackupType => {
  if (index % 28 === 0) return 'full';
  return index % 4 === 0 ? 'diff' : 'incr';
};

/**
 * What `pgbackrest info --output=json` says of `count` backups: its own answer for two of them, told again with other
 * labels, times and references.
 */
export const catalogueOf = async (count: number): Promise<string> => {
  const sample = fileURLToPath(
    import.meta
      .resolve('@howdah/pgbackrest/info')
      .replace('info.ts', 'testdata/info-full-and-incr-2.45.json'),
  );
  const [stanza] = JSON.parse(await readFile(sample, 'utf8'));
  const [full, incr] = stanza.backup;
  const backup: { label: string; reference: readonly string[] | null }[] = [];
  const newest: Record<BackupType, number> = { full: 0, diff: 0, incr: 0 };
  for (let index = 0; index < count; index += 1) {
    const type = typeOf(index);
    const start = firstSeconds + (index * daySeconds) / 4;
    const base = backup[newest.full]?.label ?? '';
    const prior = type === 'diff' ? backup[newest.full] : backup[index - 1];
    backup.push({
      ...(type === 'full' ? full : incr),
      ...{ type, timestamp: { start, stop: start + 600 }, annotation: full.annotation },
      ...(type === 'full'
        ? { label: `${stamp(start)}F`, prior: null, reference: null }
        : {
            label: `${base}_${stamp(start)}${type[0]?.toUpperCase()}`,
            prior: prior?.label,
            reference: [...new Set([...(prior?.reference ?? []), prior?.label ?? ''])],
          }),
    });
    newest[type] = index;
  }
  return JSON.stringify([{ ...stanza, backup }]);
};

/** From pgBackRest's text to what Prometheus gets: milliseconds, and bytes. */
export const timeCatalogue = async (text: string): Promise<{ ms: number; bytes: number }> => {
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const startedMs = performance.now();
  const now = new Date();
  const info = parseInfo(text, 'main');
  const repositories = viewsAfter([], { at: now, info }, [1]);
  metrics.source = () => ({
    ...{ stanza: 'main', role: { role: 'primary', source: 'patroni', timeline: 1 } },
    ...{
      history: undefined,
      configFile: undefined,
      archive: undefined,
      running: undefined,
      lastRun: undefined,
    },
    ...{ schedules: [], requests: [], expirations: [], journals: [], runs: [], missing: [] },
    ...{ repositoryArchives: [], storage: [], repositories, info, now },
  });
  const { length } = await registry.metrics();
  return { ms: performance.now() - startedMs, bytes: length };
};
