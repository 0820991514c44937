import { ageSeconds, type Fleet, type FleetMember, freshness } from '@howdah/status/fleet';
import { coarse } from './format.ts';
import { Badge } from './parts.tsx';

interface MemberProps {
  readonly fleet: Fleet;
  readonly member: FleetMember;
}

/** A card of what its member said once looks like it. */
export const cardClass = (fleet: Fleet, member: FleetMember): string => {
  const heard = freshness(member.agents, fleet);
  return heard === 'stale' || heard === 'silent' ? 'card old' : 'card';
};

/** How old the member's answer is and why, when it is not of now; nothing otherwise. */
export const Heard = ({ fleet, member }: MemberProps) => {
  const heard = freshness(member.agents, fleet);
  if (!member.watched)
    return (
      <p class="heard">
        <Badge tone="quiet" icon="off">
          Agents not asked
        </Badge>
      </p>
    );
  if (heard === 'waiting')
    return (
      <p class="heard">
        <Badge tone="quiet" icon="waiting">
          Asking…
        </Badge>
      </p>
    );
  if (heard === 'fresh') return null;
  return (
    <p class="heard">
      <StaleBadge fleet={fleet} member={member} />
      {member.agents.error !== undefined && <span class="muted why">{member.agents.error}</span>}
    </p>
  );
};

/** The age alone, where the reason stands elsewhere on the page. */
export const StaleBadge = ({ fleet, member }: MemberProps) => {
  const heard = freshness(member.agents, fleet);
  if (heard === 'fresh' || heard === 'waiting') return null;
  return (
    <Badge tone="warning" icon="warning">
      {heard === 'silent'
        ? 'Never answered'
        : `Stale: ${coarse(ageSeconds(member.agents, fleet.now) ?? 0)} old`}
    </Badge>
  );
};
