import { formatBytes } from '@howdah/core/units';
import { backupView, dueTimes, usefulNewestFirst } from '@howdah/status/backup-view';
import { ageAtMember, clusterMember, type Fleet, freshness, primaryOf } from '@howdah/status/fleet';
import type { ComponentChildren } from 'preact';
import { ago, coarse, until, utc } from './format.ts';

/** The four things one is asked at 3 a.m. */
export const AtAGlance = ({ fleet }: { readonly fleet: Fleet }) => (
  <section class="glance" aria-label="At a glance">
    <dl>
      <Primary fleet={fleet} />
      <LastBackup fleet={fleet} />
      <WalAtRisk fleet={fleet} />
      <NextDue fleet={fleet} />
    </dl>
  </section>
);

const Tile = ({
  name,
  value,
  children,
}: {
  readonly name: string;
  readonly value: string;
  readonly children: ComponentChildren;
}) => (
  <div class="tile">
    <dt>{name}</dt>
    <dd>
      <span class="figure">{value}</span>
      <span class="muted">{children}</span>
    </dd>
  </div>
);

const Primary = ({ fleet }: { readonly fleet: Fleet }) => {
  const primary = primaryOf(fleet);
  const known = freshness(fleet.cluster, fleet) === 'fresh';
  if (primary === undefined)
    return (
      <Tile name="Primary" value={known ? 'Nobody' : 'Not known'}>
        {known ? 'no member takes writes' : 'neither Patroni nor an agent says'}
      </Tile>
    );
  const timeline =
    clusterMember(fleet, primary.name)?.timeline ?? primary.agents.answer?.agents.backup?.detail?.timeline;
  return (
    <Tile name="Primary" value={primary.name}>
      {timeline === undefined ? 'timeline not known' : `timeline ${timeline}`}
    </Tile>
  );
};

const LastBackup = ({ fleet }: { readonly fleet: Fleet }) => {
  const view = backupView(fleet);
  const [newest] = view === undefined ? [] : usefulNewestFirst(view.detail);
  if (view === undefined || newest === undefined)
    return (
      <Tile name="Last backup" value={view === undefined ? 'Not known' : 'None'}>
        {view === undefined ? 'no backup agent has answered' : 'there is none in any repository'}
      </Tile>
    );
  return (
    <Tile name="Last backup" value={ago(ageAtMember(fleet, view.member, newest.stoppedAt))}>
      {newest.type}, {formatBytes(newest.databaseBytes)}
      {newest.timeline === undefined ? '' : `, timeline ${newest.timeline}`}
    </Tile>
  );
};

const WalAtRisk = ({ fleet }: { readonly fleet: Fleet }) => {
  const view = backupView(fleet);
  const archive = view?.detail.archive;
  if (view === undefined || archive?.atRiskBytes === undefined)
    return (
      <Tile name="WAL that would be lost now" value="Not known">
        {primaryOf(fleet) === undefined ? 'there is no primary to ask' : 'the primary has not said yet'}
      </Tile>
    );
  if (archive.atRiskBytes === 0 && view.authoritative)
    return (
      <Tile name="WAL that would be lost now" value="None">
        all that was written is archived
      </Tile>
    );
  return (
    <Tile name="WAL that would be lost now" value={formatBytes(archive.atRiskBytes)}>
      {archive.atRiskSeconds === undefined ? 'not yet archived' : `the last ${coarse(archive.atRiskSeconds)}`}
      {view.authoritative ? '' : ` (${view.member.name}, not of now)`}
    </Tile>
  );
};

const NextDue = ({ fleet }: { readonly fleet: Fleet }) => {
  const view = backupView(fleet);
  const running = view?.detail.running;
  if (view !== undefined && running !== undefined)
    return (
      <Tile name="Next backup" value={`${running.type} runs`}>
        for {coarse(ageAtMember(fleet, view.member, running.startedAt))}, “{running.scheduleId}”
      </Tile>
    );
  const next =
    view === undefined
      ? undefined
      : dueTimes(view.detail).find(({ at }) => ageAtMember(fleet, view.member, at) <= 0);
  if (view === undefined || next === undefined)
    return (
      <Tile name="Next backup" value={view === undefined ? 'Not known' : 'None due'}>
        {view === undefined ? 'no backup agent has answered' : 'no schedule has a due time to come'}
      </Tile>
    );
  return (
    <Tile name="Next backup" value={until(-ageAtMember(fleet, view.member, next.at))}>
      {next.type}, {utc(next.at, fleet.now)}
    </Tile>
  );
};
