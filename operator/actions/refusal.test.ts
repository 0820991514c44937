import type { ActionSpec } from '@howdah/kinds/postgres-action';
import type { ClusterMember, Fleet } from '@howdah/status/fleet';
import { quietFleet } from '@howdah/status/testdata/fleet';
import { expect, it } from 'vitest';
import { refusal } from './refusal.ts';

const now = '2026-03-04T03:12:00.000Z';
const member = (name: string, more: Partial<ClusterMember> = {}): ClusterMember => ({
  ...{ name, role: 'replica', synchronous: false, state: 'streaming', lagBytes: 0, pendingRestart: false },
  ...more,
});
const primary = member('orders-0', { role: 'primary', state: 'running' });
const fleet = (...members: ClusterMember[]): Fleet => ({
  now,
  staleAfterSeconds: 5,
  cluster: { answeredAt: now, answer: { paused: false, members } },
  members: members.map(({ name }) => ({ name, watched: true, agents: {} })),
});
const whole = fleet(primary, member('orders-1'), member('orders-2', { lagBytes: 1e9 }));
const withWrongCertificate = (() => {
  const told = quietFleet();
  const members = told.members.map((each, index) => ({ ...each, name: `orders-${index}` }));
  const detail = members[1]?.agents.answer?.agents['config-reload']?.detail;
  if (detail === undefined) throw new Error('the sample has no detail');
  detail.certificate = { names: [], inForce: false, problem: 'the key is of another certificate' };
  return { ...whole, members };
})();
const action = (spec: Partial<ActionSpec>): ActionSpec => ({ cluster: 'orders', type: 'restart', ...spec });

it.each<[string, Partial<ActionSpec>, Fleet, RegExp | undefined]>([
  ['a switchover to a replica that is near', { type: 'switchover', candidate: 'orders-1' }, whole, undefined],
  ['a switchover to whoever is best', { type: 'switchover' }, whole, undefined],
  ['one to the primary', { type: 'switchover', candidate: 'orders-0' }, whole, /primary already/],
  [
    'one to a replica that is far behind',
    { type: 'switchover', candidate: 'orders-2' },
    whole,
    /1000000000 bytes/,
  ],
  ['one with nobody to switch to', { type: 'switchover' }, fleet(primary), /no replica/],
  ['one without a primary', { type: 'switchover' }, fleet(member('orders-1')), /failover names/],
  ['one to a stranger', { type: 'switchover', candidate: 'sales-0' }, whole, /no member of orders/],
  [
    'a failover from a primary that is well',
    { type: 'failover', candidate: 'orders-1' },
    whole,
    /loses nothing/,
  ],
  [
    'a failover without a primary',
    { type: 'failover', candidate: 'orders-1' },
    fleet(member('orders-1')),
    undefined,
  ],
  ['the primary’s data made anew', { type: 'reinitialize', member: 'orders-0' }, whole, /is primary/],
  ['a replica’s data made anew', { type: 'reinitialize', member: 'orders-1' }, whole, undefined],
  [
    'a reload with a wrong certificate',
    { type: 'reload', member: 'orders-1' },
    withWrongCertificate,
    /the key is of/,
  ],
  ['one of a member without it', { type: 'reload', member: 'orders-0' }, withWrongCertificate, undefined],
  ['a restart, which only the Secret decides', { type: 'restart' }, withWrongCertificate, undefined],
  ['anything while Patroni is silent', { type: 'reload' }, { ...whole, cluster: { error: 'away' } }, /away/],
])('%s', (_what, spec, on, expected) => {
  const why = refusal(action(spec), on, {}, []);
  if (expected === undefined) expect(why).toBeUndefined();
  else expect(why).toMatch(expected);
});

it.each(['restart', 'reload'] as const)('refuses a %s with a Secret that no server starts with', (type) => {
  expect(refusal(action({ type }), whole, {}, ['the key is of another'])).toMatch(
    /would survive a .*: the key is/,
  );
  expect(refusal(action({ type: 'switchover' }), whole, {}, ['the key is of another'])).toBeUndefined();
});
