import type { BackupStatus, BackupType } from '@howdah/status/backup';
import { backupsNewestFirst, dueTimes } from '@howdah/status/backup-view';

/** How far back the timeline looks. */
export const ranges = [
  { id: '1h', label: '1 h', seconds: 3_600 },
  { id: '6h', label: '6 h', seconds: 6 * 3_600 },
  { id: '24h', label: '24 h', seconds: 86_400 },
  { id: '7d', label: '7 d', seconds: 7 * 86_400 },
  { id: '30d', label: '30 d', seconds: 30 * 86_400 },
] as const;
export type RangeId = (typeof ranges)[number]['id'];

/** The part of the width that shows what is to come. */
const futureShare = 0.3;
/** As many of the newest backups as should be in sight at first. */
const wantedBackups = 6;

export interface Scale {
  readonly fromMs: number;
  readonly nowMs: number;
  readonly toMs: number;
  /** Horizontal place of a moment, in pixels. */
  x(instant: string | number): number;
}

export const scaleOf = (range: RangeId, now: string, left: number, width: number): Scale => {
  const seconds = ranges.find(({ id }) => id === range)?.seconds ?? 86_400;
  const nowMs = Date.parse(now);
  const fromMs = nowMs - seconds * 1_000;
  const toMs = nowMs + (seconds * 1_000 * futureShare) / (1 - futureShare);
  return {
    fromMs,
    nowMs,
    toMs,
    x: (instant) => {
      const ms = typeof instant === 'number' ? instant : Date.parse(instant);
      return left + ((ms - fromMs) / (toMs - fromMs)) * width;
    },
  };
};

/** The narrowest range that shows the newest few backups; without any, the one that shows the next due time. */
export const fittingRange = (detail: BackupStatus, now: string): RangeId => {
  const nowMs = Date.parse(now);
  const shown = backupsNewestFirst(detail).slice(0, wantedBackups);
  const oldest = shown.at(-1);
  const [next] = dueTimes(detail);
  const pastSeconds = oldest === undefined ? 0 : (nowMs - Date.parse(oldest.stoppedAt)) / 1_000;
  const aheadSeconds =
    next === undefined ? 0 : ((Date.parse(next.at) - nowMs) / 1_000) * ((1 - futureShare) / futureShare);
  const needed = Math.max(pastSeconds, oldest === undefined ? aheadSeconds : 0);
  return ranges.find(({ seconds }) => seconds >= needed)?.id ?? '30d';
};

export interface Tick {
  readonly atMs: number;
  readonly label: string;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [
  10 * minute,
  30 * minute,
  hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  14 * day,
];

/** Round moments (UTC) at least `minGap` pixels apart. */
export const ticksOf = ({ fromMs, toMs }: Scale, width: number, minGap: number): readonly Tick[] => {
  const most = Math.max(2, Math.floor(width / minGap));
  const stepMs = steps.find((step) => (toMs - fromMs) / step <= most) ?? 28 * day;
  const ticks: Tick[] = [];
  for (let atMs = Math.ceil(fromMs / stepMs) * stepMs; atMs <= toMs; atMs += stepMs) {
    const iso = new Date(atMs).toISOString();
    const midnight = atMs % day === 0;
    ticks.push({ atMs, label: midnight || stepMs >= day ? iso.slice(5, 10) : iso.slice(11, 16) });
  }
  return ticks;
};

/** Types that have a lane: those that exist or are scheduled, fullest first. */
export const lanesOf = (detail: BackupStatus): readonly BackupType[] => {
  const present = new Set([
    ...backupsNewestFirst(detail).map(({ type }) => type),
    ...detail.schedules.map(({ type }) => type),
  ]);
  return (['full', 'diff', 'incr'] as const).filter((type) => present.has(type));
};
