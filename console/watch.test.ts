import type { Clock } from '@howdah/core/clock';
import { ageSeconds, freshness } from '@howdah/status/fleet';
import { clusterOf, night, statusOf } from '@howdah/status/testdata/fleet';
import { expect, test } from 'vitest';
import { FleetWatch, type MemberSource } from './watch.ts';

/** Time that passes only when a test says so. */
const clockAt = (start: string) => {
  let nowMs = Date.parse(start);
  const clock: Clock = {
    now: () => new Date(nowMs),
    monotonicMs: () => nowMs,
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      nowMs += ms;
    },
  };
  return { clock, pass: (seconds: number) => (nowMs += seconds * 1_000) };
};

const never = new AbortController().signal;
const watchOf = (sources: readonly MemberSource[]) => {
  const { clock, pass } = clockAt(night);
  return { pass, watch: new FleetWatch({ sources, clock, refreshSeconds: 5, staleAfterSeconds: 15 }) };
};

const answers = (name: string): MemberSource => ({ name, status: async () => statusOf(name, 'primary') });

test('before the first answer everybody is waited for, nobody is silent', () => {
  const { watch } = watchOf([answers('pg-0')]);
  const fleet = watch.fleet();
  expect(fleet.members.map((member) => freshness(member.agents, fleet))).toEqual(['waiting']);
});

test('an answer that once came stays, with its age and the reason why no newer one is there', async () => {
  let down = false;
  const source: MemberSource = {
    name: 'pg-0',
    status: async () => {
      if (down) throw new Error('nobody listens there');
      return statusOf('pg-0', 'primary');
    },
  };
  const { watch, pass } = watchOf([source]);
  await watch.cycle(never);
  down = true;
  pass(10);
  await watch.cycle(never);
  const [member] = watch.fleet().members;
  expect(member?.agents).toMatchObject({ error: 'nobody listens there', answer: { member: 'pg-0' } });
  expect(freshness(member?.agents ?? {}, watch.fleet())).toBe('fresh');
  pass(10);
  const fleet = watch.fleet();
  expect(ageSeconds(member?.agents ?? {}, fleet.now)).toBe(20);
  expect(freshness(member?.agents ?? {}, fleet)).toBe('stale');
});

test('one who hangs holds back nobody else', async () => {
  const hanging = Promise.withResolvers<never>();
  const { watch } = watchOf([{ name: 'pg-0', status: () => hanging.promise }, answers('pg-1')]);
  const cycle = watch.cycle(never);
  await new Promise(setImmediate);
  expect(watch.fleet().members.map(({ agents }) => agents.answer?.member)).toEqual([undefined, 'pg-1']);
  hanging.reject(new Error('deadline'));
  await cycle;
  expect(watch.fleet().members[0]?.agents.error).toBe('deadline');
});

test('the cluster is known as long as one Patroni answers; the others are told to stop', async () => {
  let stopped = false;
  const slow = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        stopped = true;
        reject(signal.reason);
      });
    });
  const { watch } = watchOf([
    { ...answers('pg-0'), cluster: slow },
    { ...answers('pg-1'), cluster: () => Promise.reject(new Error('down')) },
    { ...answers('pg-2'), cluster: async () => clusterOf(['pg-0', 'pg-1', 'pg-2']) },
  ]);
  await watch.cycle(never);
  expect(watch.fleet().cluster).toMatchObject({ answer: { scope: 'orders' } });
  expect(stopped).toBe(true);
});

test('who is in Patroni’s cluster and not in the configuration is shown as not asked', async () => {
  const { watch } = watchOf([{ ...answers('pg-0'), cluster: async () => clusterOf(['pg-0', 'pg-7']) }]);
  await watch.cycle(never);
  expect(watch.fleet().members.map(({ name, watched }) => [name, watched])).toEqual([
    ['pg-0', true],
    ['pg-7', false],
  ]);
});

test('asks again after each refresh until it is told to stop, and then ends quietly', async () => {
  const stop = new AbortController();
  let asked = 0;
  const { watch } = watchOf([
    {
      name: 'pg-0',
      status: async () => {
        asked += 1;
        if (asked === 3) stop.abort();
        return statusOf('pg-0', 'primary');
      },
    },
  ]);
  await watch.run(stop.signal);
  expect(asked).toBe(3);
});
