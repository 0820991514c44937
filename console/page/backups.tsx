import { formatBytes } from '@howdah/core/units';
import type { BackupStatus } from '@howdah/status/backup';
import { type BackupView, backupsNewestFirst, backupView, dueTimes } from '@howdah/status/backup-view';
import { ageAtMember, type Fleet } from '@howdah/status/fleet';
import { useState } from 'preact/hooks';
import { BackupTimeline, Shape } from './backup-timeline.tsx';
import { ago, inZone, plural, until, utcExact } from './format.ts';
import { Badge, Nothing, Scroll, Section } from './parts.tsx';
import { fittingRange, lanesOf, type RangeId, ranges } from './timeline-scale.ts';

/** A page is no archive: `howdah backup list` shows them all. */
const mostRows = 50;

/** What is in the repositories, and what is due next. */
export const Backups = ({ fleet }: { readonly fleet: Fleet }) => {
  const view = backupView(fleet);
  if (view === undefined)
    return (
      <Section id="backups" title="Backups">
        <Nothing>No backup agent has answered: whether there is a backup is not known.</Nothing>
      </Section>
    );
  const { detail, member, authoritative } = view;
  return (
    <Section
      id="backups"
      title="Backups"
      aside={
        authoritative
          ? `Stanza ${detail.stanza}, read by ${member.name}`
          : `Read by ${member.name}: the primary’s agent does not answer`
      }
    >
      <div class="panel">
        <Timeline view={view} fleet={fleet} />
        <Repositories detail={detail} />
        <details>
          <summary>Backups as a table</summary>
          <BackupTable view={view} fleet={fleet} />
        </details>
        <details>
          <summary>Due times as a table</summary>
          <DueTable view={view} fleet={fleet} />
        </details>
      </div>
    </Section>
  );
};

const Timeline = ({ view: { detail }, fleet }: { readonly view: BackupView; readonly fleet: Fleet }) => {
  const [chosen, setChosen] = useState<RangeId | undefined>(undefined);
  const range = chosen ?? fittingRange(detail, fleet.now);
  if (lanesOf(detail).length === 0) return <Nothing>No backup is there, and no schedule is set.</Nothing>;
  return (
    <>
      <div class="chart-head">
        <ul class="legend">
          {lanesOf(detail).map((type) => (
            <li key={type}>
              <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" class="mark done">
                <Shape type={type} x={10} y={10} />
              </svg>
              {type}
            </li>
          ))}
          <li>
            <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" class="mark due">
              <Shape type="full" x={10} y={10} />
            </svg>
            due
          </li>
        </ul>
        <fieldset class="ranges">
          <legend class="hidden">How far back</legend>
          {ranges.map(({ id, label }) => (
            <label key={id}>
              <input type="radio" name="range" checked={id === range} onChange={() => setChosen(id)} />
              <span>{label}</span>
            </label>
          ))}
        </fieldset>
      </div>
      <BackupTimeline detail={detail} range={range} now={fleet.now} />
    </>
  );
};

const Repositories = ({ detail }: { readonly detail: BackupStatus }) => (
  <ul class="repositories">
    {detail.repositories.map(({ repo, reachable, message, backups, restorable, archiveGaps }) => (
      <li key={repo}>
        <Badge tone={reachable ? 'well' : 'alarm'} icon={reachable ? 'well' : 'alarm'}>
          Repository {repo}: {reachable ? plural(backups.length, 'backup') : 'cannot be read'}
        </Badge>
        {message !== undefined && <span class="muted why">{message}</span>}
        {restorable !== undefined && (
          <span class="muted why">
            restorable from {utcExact(restorable.oldest)} to {utcExact(restorable.latest)} UTC
            {restorable.ranges.length > 1 &&
              (archiveGaps === undefined ? ', between not known' : ', not all between')}
          </span>
        )}
      </li>
    ))}
  </ul>
);

const BackupTable = ({
  view: { detail, member },
  fleet,
}: {
  readonly view: BackupView;
  readonly fleet: Fleet;
}) => {
  const backups = backupsNewestFirst(detail);
  if (backups.length === 0) return <Nothing>There is no backup in any repository.</Nothing>;
  return (
    <Scroll label="Backups, newest first">
      <table>
        <caption class="hidden">Backups, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Label</th>
            <th scope="col">Type</th>
            <th scope="col">Repository</th>
            <th scope="col">Done (UTC)</th>
            <th scope="col">Age</th>
            <th scope="col" class="number">
              Database
            </th>
            <th scope="col" class="number">
              Added
            </th>
            <th scope="col">Timeline</th>
            <th scope="col">Pages</th>
          </tr>
        </thead>
        <tbody>
          {backups.slice(0, mostRows).map((backup) => (
            <tr key={`${backup.repo} ${backup.label}`}>
              <th scope="row">
                <code>{backup.label}</code>
              </th>
              <td>{backup.type}</td>
              <td>{backup.repo}</td>
              <td>{utcExact(backup.stoppedAt)}</td>
              <td>{ago(ageAtMember(fleet, member, backup.stoppedAt))}</td>
              <td class="number">{formatBytes(backup.databaseBytes)}</td>
              <td class="number">{formatBytes(backup.repositoryBytes)}</td>
              <td>
                {backup.timeline ?? 'not known'}
                {backup.superseded === true && ', superseded'}
              </td>
              <td>
                <Badge tone={backup.error ? 'alarm' : 'well'} icon={backup.error ? 'alarm' : 'well'}>
                  {backup.error ? 'Damaged' : 'Sound'}
                </Badge>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {backups.length > mostRows && (
        <p class="muted">
          The newest {mostRows} of {backups.length}; <code>howdah backup list</code> shows them all.
        </p>
      )}
    </Scroll>
  );
};

const DueTable = ({
  view: { detail, member },
  fleet,
}: {
  readonly view: BackupView;
  readonly fleet: Fleet;
}) => {
  if (detail.schedules.length === 0) return <Nothing>No schedule is set.</Nothing>;
  const overdue = detail.schedules.filter(({ overdueSince }) => overdueSince !== undefined);
  return (
    <Scroll label="Due times, soonest first">
      <table>
        <caption class="hidden">Due times, soonest first</caption>
        <thead>
          <tr>
            <th scope="col">Schedule</th>
            <th scope="col">Type</th>
            <th scope="col">Due (UTC)</th>
            <th scope="col">In its zone</th>
            <th scope="col">When</th>
          </tr>
        </thead>
        <tbody>
          {overdue.map(({ id, type, timeZone, overdueSince = '' }) => (
            <tr key={`overdue ${id}`}>
              <th scope="row">{id}</th>
              <td>{type}</td>
              <td>{utcExact(overdueSince)}</td>
              <td>{inZone(overdueSince, timeZone)}</td>
              <td>
                <Badge tone="warning" icon="warning">
                  Overdue, due {ago(ageAtMember(fleet, member, overdueSince))}
                </Badge>
              </td>
            </tr>
          ))}
          {dueTimes(detail).map(({ scheduleId, type, timeZone, at }) => (
            <tr key={`${scheduleId} ${at}`}>
              <th scope="row">{scheduleId}</th>
              <td>{type}</td>
              <td>{utcExact(at)}</td>
              <td>{inZone(at, timeZone)}</td>
              <td>{until(-ageAtMember(fleet, member, at))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
};
