import { formatBytes } from '@howdah/core/units';
import type { AuditUploadStatus } from '@howdah/status/audit-upload';
import { ageAtMember, type Fleet, type FleetMember } from '@howdah/status/fleet';
import { ago, coarse, count, plural, shortDigest } from './format.ts';
import { cardClass, StaleBadge } from './heard.tsx';
import { Badge, Fact, Facts, type IconName, Nothing, Section, type Tone } from './parts.tsx';

/** One chain of sealed segments for each member: how far it is proven, and what waits. */
export const Audit = ({ fleet }: { readonly fleet: Fleet }) => {
  const chains = fleet.members.flatMap((member) => {
    const audit = member.agents.answer?.agents['audit-upload']?.detail;
    return audit === undefined ? [] : [{ member, audit }];
  });
  return (
    <Section id="audit" title="Audit chains" aside="A segment counts once it was read back from the store">
      {chains.length === 0 ? (
        <Nothing>No audit-upload agent has answered.</Nothing>
      ) : (
        <ul class="cards">
          {chains.map(({ member, audit }) => (
            <Chain key={member.name} fleet={fleet} member={member} audit={audit} />
          ))}
        </ul>
      )}
    </Section>
  );
};

const looksOf = ({ chain, store, backlog }: AuditUploadStatus): readonly [Tone, IconName, string] => {
  if (store.reachable === false) return ['warning', 'warning', 'Store takes nothing'];
  if (backlog.segments > 0) return ['notice', 'waiting', 'Uploading'];
  if (chain.head === 0) return ['quiet', 'waiting', 'Nothing sealed yet'];
  return ['well', 'well', 'All sealed segments proven'];
};

const Chain = ({
  fleet,
  member,
  audit,
}: {
  readonly fleet: Fleet;
  readonly member: FleetMember;
  readonly audit: AuditUploadStatus;
}) => {
  const { chain, store, records, open, backlog, lastProven } = audit;
  const [tone, icon, word] = looksOf(audit);
  return (
    <li class={cardClass(fleet, member)}>
      <div class="card-head">
        <h3>{member.name}</h3>
        <Badge tone={tone} icon={icon}>
          {word}
        </Badge>
        <StaleBadge fleet={fleet} member={member} />
      </div>
      <Facts>
        <Fact name="Chain">
          <code>{chain.id}</code>
        </Fact>
        <Fact name="Head">
          {chain.head === 0 ? 'no segment yet' : `segment ${count(chain.head)}`}
          {chain.headHash !== undefined && (
            <>
              {' '}
              <code title={chain.headHash}>{shortDigest(chain.headHash)}</code>
            </>
          )}
        </Fact>
        <Fact name="Records proven">
          {count(records.proven)} of {count(records.collected)}
        </Fact>
        <Fact name="Last read back">
          {lastProven === undefined
            ? 'never'
            : `${ago(ageAtMember(fleet, member, lastProven.at))}, ${plural(lastProven.records, 'record')}`}
        </Fact>
        <Fact name="Not yet sealed">
          {plural(open.records, 'record')}
          {open.since === undefined ? '' : `, for ${coarse(ageAtMember(fleet, member, open.since))}`}
        </Fact>
        <Fact name="Waiting">
          {backlog.segments === 0
            ? 'nothing'
            : `${plural(backlog.segments, 'segment')}, ${formatBytes(backlog.bytes)}`}
        </Fact>
        <Fact name="Store">
          {store.kind}, <span class="break">{store.location}</span>
          {store.error !== undefined && <span class="muted why">{store.error}</span>}
        </Fact>
      </Facts>
    </li>
  );
};
