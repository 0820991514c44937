import { expect, it } from 'vitest';
import { createCancellation } from './cancellation.ts';

const quiet = () => new AbortController().signal;

it('ends what it fences with the first word that was said', async () => {
  const cancellation = createCancellation();
  const fence = cancellation.fence(quiet());
  cancellation.now('somebody said so');
  cancellation.now('somebody else did');
  expect(await fence).toBe('somebody said so');
  expect(await cancellation.fence(quiet())).toBe('somebody said so');
});

it('ends with what it fences, also where that has ended before', async () => {
  const until = new AbortController();
  const fence = createCancellation().fence(until.signal);
  until.abort(new Error('over'));
  await expect(fence).rejects.toThrow('over');
  await expect(createCancellation().fence(until.signal)).rejects.toThrow('over');
});
