import type { JournalStore } from '../ports.ts';

/** Of a repository without a journal: what is known of its verifies lasts as long as this agent. */
export const createMemoryStore = (): JournalStore => {
  const texts = new Map<string, string>();
  return {
    list: async (prefix) => [...texts.keys()].filter((key) => key.startsWith(prefix)),
    read: async (key) => texts.get(key),
    create: async (key, text) => {
      if (texts.has(key)) return false;
      texts.set(key, text);
      return true;
    },
    replace: async (key, text) => void texts.set(key, text),
    remove: async (key) => void texts.delete(key),
  };
};
