import { dueTimes } from '@howdah/status/backup-view';
import type { Fleet } from '@howdah/status/fleet';
import { requireBackups } from './backup-view.ts';
import { renderTable } from './table.ts';
import { timestamp } from './timestamp.ts';

/** When the next backups are due, soonest first, in UTC and on the clocks of each schedule's zone. */
export const backupScheduleText = (fleet: Fleet): string => {
  const { detail } = requireBackups(fleet);
  if (detail.schedules.length === 0) return 'No schedule is set.\n';
  const overdue = detail.schedules
    .filter(({ overdueSince }) => overdueSince !== undefined)
    .map(
      ({ id, type, overdueSince = '' }) =>
        `The ${type} backup “${id}” is overdue since ${utc(overdueSince)} UTC.`,
    );
  const table = renderTable(
    [{ title: 'SCHEDULE' }, { title: 'TYPE' }, { title: 'DUE (UTC)' }, { title: 'IN ITS ZONE' }],
    dueTimes(detail).map(({ scheduleId, type, timeZone, at }) => [
      scheduleId,
      type,
      utc(at),
      inZone(at, timeZone),
    ]),
  );
  return [...overdue, table, ''].join('\n');
};

export const backupScheduleJson = (fleet: Fleet): string => {
  const { detail, member } = requireBackups(fleet);
  return `${JSON.stringify(
    {
      version: 1,
      stanza: detail.stanza,
      toldBy: member.name,
      schedules: detail.schedules,
      due: dueTimes(detail),
    },
    undefined,
    2,
  )}\n`;
};

/** Schedules know no seconds. */
const utc = (instant: string): string => timestamp(instant).slice(0, -':00'.length);

const inZone = (instant: string, timeZone: string): string => {
  const time = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(new Date(instant));
  return `${time} ${timeZone}`;
};
