import type { JournalStore } from '../ports.ts';

/** A store whose objects the test may look at; `away` makes every call fail. */
export const memoryJournalStore = () => {
  const objects = new Map<string, string>();
  const state = { away: false };
  const answering = () => {
    if (state.away) throw new Error('the store is away');
  };
  const store: JournalStore = {
    list: async (prefix) => {
      answering();
      return [...objects.keys()].filter((key) => key.startsWith(prefix)).toSorted();
    },
    read: async (key) => {
      answering();
      return objects.get(key);
    },
    create: async (key, text) => {
      answering();
      if (objects.has(key)) return false;
      objects.set(key, text);
      return true;
    },
    replace: async (key, text) => {
      answering();
      objects.set(key, text);
    },
    remove: async (key) => {
      answering();
      objects.delete(key);
    },
  };
  return { store, objects, state };
};
