import { fakeClock } from '@howdah/testing/fake-clock';
import { expect, it } from 'vitest';
import { createEvents, type Happening } from './events.ts';
import type { KubeObject } from './object.ts';

const about = (uid = 'uid'): KubeObject => ({
  ...{ apiVersion: 'howdah.dev/v1alpha1', kind: 'PostgresCluster' },
  metadata: { name: 'orders', namespace: 'shop', uid },
});
const saying = (note: string, topic?: string): Happening => ({
  ...{ type: 'Warning', reason: 'ReadyFalse', action: 'NoPrimary', note },
  ...(topic === undefined ? {} : { topic }),
});

/** An API server that keeps Events by name, and nothing else of them. */
const start = () => {
  const clock = fakeClock();
  const kept = new Map<string, KubeObject>();
  const api = {
    create: async (event: KubeObject) => {
      if (kept.has(event.metadata.name)) throw new Error('conflict');
      kept.set(event.metadata.name, event);
      return event;
    },
  };
  const events = createEvents(api, clock, 'one');
  return {
    ...{ clock, kept, events },
    tell: (happening: Happening, object = about()) =>
      events.tell(object, happening, new AbortController().signal),
    notes: () => [...kept.values()].map(({ note }) => note),
  };
};

it('tells the same words once an hour, whatever was told between', async () => {
  const { clock, tell, notes } = start();
  for (const note of ['a', 'b', 'a', 'b']) await tell(saying(note));
  expect(notes()).toEqual(['a', 'b']);
  await clock.advance(3_600_000);
  await tell(saying('a'));
  expect(notes()).toEqual(['a', 'b', 'a']);
});

it('tells of a topic that turned and turned back again, and not twice of one that stays', async () => {
  const { clock, kept, tell, notes } = start();
  for (const note of ['away', 'away', 'back', 'away', 'away']) {
    await clock.advance(1);
    await tell(saying(note, 'Ready'));
  }
  expect(notes()).toEqual(['away', 'back', 'away']);
  for (const event of kept.values()) expect(event).not.toHaveProperty('topic');
  await clock.advance(3_600_000);
  await tell(saying('away', 'Ready'));
  expect(notes()).toHaveLength(4);
});

it('keeps topics and objects apart', async () => {
  const { tell, notes } = start();
  await tell(saying('away', 'Ready'));
  await tell(saying('worse', 'Degraded'));
  await tell(saying('away', 'Ready'));
  await tell(saying('away', 'Ready'), about('another'));
  expect(notes()).toEqual(['away', 'worse', 'away']);
});

it('tells again of what had turned without a word', async () => {
  const { clock, events, tell, notes } = start();
  await tell(saying('no way in', 'Users'));
  events.turned(about(), 'Users');
  await clock.advance(1);
  await tell(saying('no way in', 'Users'));
  expect(notes()).toEqual(['no way in', 'no way in']);
});
