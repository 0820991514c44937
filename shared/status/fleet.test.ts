import { describe, expect, test } from 'vitest';
import { ageAtMember, type Fleet, freshness, primaryOf, roleOf } from './fleet.ts';
import { before, night, quietFleet } from './testdata/fleet.ts';

const rolesOf = (fleet: Fleet) => fleet.members.map((member) => roleOf(fleet, member));

/** Patroni's last word is a minute old and names another primary than the agents see now. */
const patroniAway = (): Fleet => {
  const fleet = quietFleet();
  const answer = fleet.cluster.answer;
  if (answer === undefined) throw new Error('no cluster');
  const members = answer.members.map((member) => ({
    ...member,
    role: member.name === 'pg-2' ? ('primary' as const) : ('replica' as const),
  }));
  return { ...fleet, cluster: { answeredAt: before(60), error: 'away', answer: { ...answer, members } } };
};

describe('a member’s role', () => {
  test('is Patroni’s word while that is of now', () => {
    expect(rolesOf(quietFleet())).toEqual(['primary', 'replica', 'replica']);
  });

  test('is the agents’ own word when Patroni’s is old', () => {
    expect(rolesOf(patroniAway())).toEqual(['primary', 'replica', 'replica']);
    expect(primaryOf(patroniAway())?.name).toBe('pg-0');
  });

  test('is Patroni’s old word when the agents’ is as old', () => {
    const fleet = patroniAway();
    const members = fleet.members.map((member) => ({
      ...member,
      agents: { ...member.agents, answeredAt: before(60) },
    }));
    expect(rolesOf({ ...fleet, members })).toEqual(['replica', 'replica', 'primary']);
  });

  test('is not guessed when nobody has said it', () => {
    const members = [{ name: 'pg-9', watched: true, agents: {} }];
    expect(rolesOf({ ...quietFleet(), cluster: {}, members })).toEqual(['unknown']);
  });

  test('is what the exporter sees where no backup agent runs', () => {
    const fleet = quietFleet();
    const members = fleet.members.map((member) => {
      const { answer } = member.agents;
      if (answer === undefined) throw new Error('no answer');
      const { backup: _, ...agents } = answer.agents;
      return { ...member, agents: { ...member.agents, answer: { ...answer, agents } } };
    });
    expect(rolesOf({ ...fleet, cluster: {}, members })).toEqual(['primary', 'replica', 'replica']);
  });
});

describe('a reading', () => {
  const of = (reading: Parameters<typeof freshness>[0]) =>
    freshness(reading, { now: night, staleAfterSeconds: 15 });

  test('is waited for before the first question has failed, silent after', () => {
    expect(of({})).toBe('waiting');
    expect(of({ askedAt: before(1), error: 'nobody listens there' })).toBe('silent');
  });

  test('stays fresh through a failure or two, and is stale once it is old', () => {
    expect(of({ answer: 1, answeredAt: before(14), error: 'late' })).toBe('fresh');
    expect(of({ answer: 1, answeredAt: before(16) })).toBe('stale');
  });
});

test('an age is measured on the clock of who told it, and goes on while the answer ages', () => {
  const fleet = quietFleet();
  const [member] = fleet.members;
  if (member?.agents.answer === undefined) throw new Error('no member');
  const ahead = before(-600, member.agents.answer.now);
  const skewed = { ...member, agents: { ...member.agents, answer: { ...member.agents.answer, now: ahead } } };
  expect(ageAtMember(fleet, skewed, before(10, ahead))).toBe(12);
});
