import type { FleetMember } from '../fleet.ts';
import type { MemberFinding } from './finding.ts';

/** Patroni takes a new certificate within its loop_wait, by default 10 s; what lasts longer needs somebody. */
const mostSecondsOnTheWay = 120;
/** cert-manager renews a certificate of 90 days 30 days before its end. */
const soonSeconds = 7 * 24 * 3_600;

/** Whether clients of a member meet a certificate that holds. */
export const certificateFindings = (member: FleetMember): readonly MemberFinding[] => {
  const { answer } = member.agents;
  const certificate = answer?.agents['config-reload']?.detail?.certificate;
  if (answer === undefined || certificate === undefined) return [];
  const { notAfter, inForce, notInForceSince, problem, waitingFor } = certificate;
  // By the member's own clock, as its instants are.
  const secondsUntil = (instant: string) => (Date.parse(instant) - Date.parse(answer.now)) / 1_000;
  const base = { area: 'configuration', member: member.name } as const;
  const found: MemberFinding[] = [];

  if (problem !== undefined)
    found.push({
      ...base,
      level: 'alarm',
      kind: 'certificate-refused',
      says: (who) => `The newest certificate cannot be used on ${who}: it is not brought into force.`,
      todo: problem,
    });
  else if (!inForce && notInForceSince !== undefined && -secondsUntil(notInForceSince) > mostSecondsOnTheWay)
    found.push({
      ...base,
      level: 'alarm',
      kind: 'certificate-not-in-force',
      says: (who, several) => `${who} ${several ? 'do' : 'does'} not serve the newest certificate.`,
      todo: `${waitingFor ?? 'Nobody knows why'}. See Patroni’s and PostgreSQL’s own logs.`,
    });

  if (notAfter === undefined) return found;
  const left = secondsUntil(notAfter);
  const renew = 'Renew it: see the Certificate in cert-manager, or put a new pair into the Secret.';
  if (left <= 0)
    found.push({
      ...base,
      level: 'alarm',
      kind: 'certificate-ended',
      says: (who) =>
        `The certificate of ${who} ended on ${notAfter.slice(0, 10)}: clients that check it stay out.`,
      todo: renew,
    });
  else if (left < soonSeconds)
    found.push({
      ...base,
      level: 'warning',
      kind: 'certificate-ends-soon',
      says: (who) => `The certificate of ${who} ends on ${notAfter.slice(0, 10)}, within seven days.`,
      todo: renew,
    });
  return found;
};
