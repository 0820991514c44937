import { createHash } from 'node:crypto';
import type { Clock } from '@howdah/core/clock';
import type { KubeApi } from './api.ts';
import type { KubeObject } from './object.ts';

export interface Happening {
  readonly type: 'Normal' | 'Warning';
  /** One word: `Rolling`. */
  readonly reason: string;
  /** What is done: `Replace`. */
  readonly action: string;
  readonly note: string;
  /** What it is about, where that turns to and fro: `Ready`. What was told of it last is then not told again at once. */
  readonly topic?: string;
}

/** Longest note that the API server takes. */
const longestNote = 1_024;

/** Topics of so many objects are remembered; of one that was forgotten the same words may come once more. */
const mostTopics = 2_000;
const hourMs = 3_600_000;

interface Told {
  readonly words: string;
  readonly atMs: number;
}

/**
 * Tells of a change by an Event of Kubernetes. One that cannot be written is lost: nothing waits for it.
 *
 * The same words about the same object are told once an hour, which is how long the API server keeps them. With a
 * topic they are told again as soon as it had turned: other words came between, or {@link Events.turned} was called.
 */
export const createEvents = (api: Pick<KubeApi, 'create'>, clock: Clock, reporter: string) => {
  const told = new Map<string, Told>();

  const write = async (
    about: KubeObject,
    happening: Omit<Happening, 'topic'>,
    moment: string,
    signal: AbortSignal,
  ): Promise<void> => {
    const { name, namespace = 'default', uid = '', resourceVersion = '' } = about.metadata;
    const digest = createHash('sha256')
      .update(JSON.stringify([uid, happening, moment]))
      .digest('hex')
      .slice(0, 12);
    await api
      .create(
        {
          apiVersion: 'events.k8s.io/v1',
          kind: 'Event',
          metadata: { name: `${name}.${digest}`, namespace },
          eventTime: clock.now().toISOString().replace('Z', '000Z'),
          reportingController: 'howdah.dev/operator',
          reportingInstance: reporter,
          ...happening,
          note: happening.note.slice(0, longestNote),
          regarding: {
            apiVersion: about.apiVersion,
            kind: about.kind,
            name,
            namespace,
            uid,
            resourceVersion,
          },
        },
        signal,
      )
      .catch(() => undefined);
  };

  const keyOf = ({ metadata: { uid } }: KubeObject, topic: string): string => `${uid} ${topic}`;

  return {
    tell: async (
      about: KubeObject,
      { topic, ...happening }: Happening,
      signal: AbortSignal,
    ): Promise<void> => {
      const now = clock.now().toISOString();
      // Everybody who tells the same within the hour comes to the same name, also after a restart.
      if (topic === undefined) return write(about, happening, now.slice(0, 13), signal);
      const [key, words, atMs] = [keyOf(about, topic), JSON.stringify(happening), clock.monotonicMs()];
      const last = told.get(key);
      if (last?.words === words && atMs - last.atMs < hourMs) return;
      told.delete(key);
      told.set(key, { words, atMs });
      const [oldest] = told.keys();
      if (told.size > mostTopics && oldest !== undefined) told.delete(oldest);
      await write(about, happening, now, signal);
    },
    /** What was told of this topic last is no longer so, which is worth no words. */
    turned: (about: KubeObject, topic: string): void => void told.delete(keyOf(about, topic)),
  };
};
export type Events = ReturnType<typeof createEvents>;
