import { createLogger } from '@howdah/runtime/logger';
import { fakeClock } from '@howdah/testing/fake-clock';
import { StanzaMemory, seenStanzasFile } from '../repository/stanza-memory.ts';

export interface MemoryOf {
  readonly stateDir: string;
  readonly directories: ReadonlyMap<number, string>;
  readonly stanza?: string;
}

const nowhere: MemoryOf = { stateDir: '/nowhere', directories: new Map() };

/** The memory of an agent that has just been started; default one without any volumes to remember. */
export const memoryOf = ({ stateDir, directories, stanza = 'main' }: MemoryOf = nowhere): StanzaMemory =>
  new StanzaMemory({
    file: seenStanzasFile(stateDir),
    ...{ stanza, directories, clock: fakeClock('2026-03-01T00:00:00Z') },
    logger: createLogger('test', { level: 'silent' }),
  });
