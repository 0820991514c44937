import type { Fleet } from '@howdah/status/fleet';
import { before, night, quietFleet } from '@howdah/status/testdata/fleet';
import { expect, test } from 'vitest';
import { SeverityHistory } from './severity-history.ts';

/** The quiet fleet `minutes` later, when pg-0 has counted so many errors. */
const at = (minutes: number, errors: number): Fleet => {
  const fleet = quietFleet();
  const [member] = fleet.members;
  const answer = member?.agents.answer;
  const logship = answer?.agents.logship;
  if (!member || !answer || !logship?.detail) throw new Error('no logship');
  const detail = { ...logship.detail, severities: { ERROR: errors, LOG: 7 } };
  const agents = { ...answer.agents, logship: { ...logship, detail } };
  const now = before(-minutes * 60);
  return {
    ...fleet,
    members: [{ ...member, agents: { answeredAt: now, answer: { ...answer, now, agents } } }],
  };
};

const recentErrors = (history: SeverityHistory, fleet: Fleet) => history.recent(fleet)['pg-0'];

test('counts what came since the first look, until an hour has passed', () => {
  const history = new SeverityHistory();
  history.record(at(0, 100));
  history.record(at(10, 103));
  expect(recentErrors(history, at(10, 103))).toEqual({ since: night, counts: { ERROR: 3, LOG: 0 } });
});

test('forgets what is older than an hour', () => {
  const history = new SeverityHistory();
  for (let minute = 0; minute <= 90; minute += 1) history.record(at(minute, minute));
  expect(recentErrors(history, at(90, 90))).toEqual({
    since: before(-30 * 60),
    counts: { ERROR: 60, LOG: 0 },
  });
});

test('a counter that went back was lost: what it counts since is new', () => {
  const history = new SeverityHistory();
  history.record(at(0, 100));
  expect(recentErrors(history, at(5, 4))?.counts.ERROR).toBe(4);
});

test('knows nothing of a member that has not answered', () => {
  expect(new SeverityHistory().recent(quietFleet())).toEqual({});
});
