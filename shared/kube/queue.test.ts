import { fakeClock } from '@howdah/testing/fake-clock';
import { describe, expect, it } from 'vitest';
import { Queue, type QueueInput } from './queue.ts';

/** A queue that runs, and when it looked at what, in milliseconds. */
const start = (work: QueueInput['work'] = async () => 10_000, lanes = 4) => {
  const clock = fakeClock();
  const looks: string[] = [];
  const failures: number[] = [];
  const stop = new AbortController();
  const queue = new Queue({
    work: (key, signal) => {
      looks.push(`${key} ${clock.monotonicMs()}`);
      return work(key, signal);
    },
    onFailure: (_key, _error, waitMs) => failures.push(waitMs),
    ...{ clock, lanes, random: () => 1 },
  });
  const over = queue.run(stop.signal);
  const end = async () => {
    stop.abort();
    await over;
  };
  return { clock, looks, failures, queue, end };
};

describe('a queue', () => {
  it('looks once after a swarm of events, and again when it is time', async () => {
    const { clock, looks, queue, end } = start();
    for (let n = 0; n < 100; n += 1) queue.add('a');
    await clock.advance(10_100);
    expect(looks).toEqual(['a 50', 'a 10050']);
    await end();
  });

  it('breathes between two looks at the same thing, however many events come', async () => {
    const { clock, looks, queue, end } = start();
    for (let n = 0; n < 100; n += 1) {
      queue.add('a');
      await clock.advance(20);
    }
    expect(looks).toEqual(['a 50', 'a 550', 'a 1050', 'a 1550']);
    await end();
  });

  it('looks again at what changed while it looked', async () => {
    const gate = Promise.withResolvers<void>();
    const { clock, looks, queue, end } = start(async () => {
      await gate.promise;
      return 60_000;
    });
    queue.add('a');
    await clock.advance(100);
    queue.add('a');
    gate.resolve();
    await clock.advance(1_000);
    expect(looks).toEqual(['a 50', 'a 600']);
    await end();
  });

  it('goes back more and more slowly to what fails, whatever happens to it', async () => {
    const { clock, looks, failures, queue, end } = start(() => Promise.reject(new Error('no')));
    queue.add('a');
    for (let n = 0; n < 40; n += 1) {
      await clock.advance(100);
      queue.add('a');
    }
    expect(failures).toEqual([500, 1_000, 2_000, 4_000]);
    expect(looks).toEqual(['a 50', 'a 550', 'a 1550', 'a 3550']);
    await end();
  });

  it('works on so many at a time, and on the next as soon as one is done', async () => {
    const gates = new Map<string, PromiseWithResolvers<number>>();
    const { clock, looks, queue, end } = start((key) => {
      const gate = Promise.withResolvers<number>();
      gates.set(key, gate);
      return gate.promise;
    }, 2);
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await clock.advance(1_000);
    expect(looks).toEqual(['a 50', 'b 50']);
    gates.get('a')?.resolve(60_000);
    await clock.advance(1);
    expect(looks).toEqual(['a 50', 'b 50', 'c 1000']);
    for (const gate of gates.values()) gate.resolve(60_000);
    await end();
  });

  it('forgets what is gone, unless something happened to it meanwhile', async () => {
    const { clock, looks, queue, end } = start(async () => undefined);
    queue.add('a');
    await clock.advance(100_000);
    expect(looks).toEqual(['a 50']);
    await end();
  });

  it('knows of one whose look does not end while the others go on, and of one that is not begun', async () => {
    const gate = Promise.withResolvers<number>();
    const { clock, queue, end } = start((key) => (key === 'a' ? gate.promise : Promise.resolve(10_000)));
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await clock.advance(300_000);
    expect(queue.mostOverdue).toEqual({ key: 'a', ms: 299_950 });
    gate.resolve(10_000);
    await clock.advance(1_000);
    expect(queue.mostOverdue?.ms).toBeLessThanOrEqual(0);
    await end();
    await clock.advance(60_000);
    expect(queue.mostOverdue?.ms).toBeGreaterThan(50_000);
  });
});
