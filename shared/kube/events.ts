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
}

/** Longest note that the API server takes. */
const longestNote = 1_024;

/**
 * Tells of a change by an Event of Kubernetes. One that cannot be written is lost: nothing waits for it. The
 * same words about the same object are told once: the name of the Event follows from them and from the hour.
 */
export const createEvents = (api: KubeApi, clock: Clock, reporter: string) => {
  const tell = async (about: KubeObject, happening: Happening, signal: AbortSignal): Promise<void> => {
    const now = clock.now().toISOString();
    const { name, namespace = 'default', uid = '', resourceVersion = '' } = about.metadata;
    const digest = createHash('sha256')
      .update(JSON.stringify([uid, happening, now.slice(0, 13)]))
      .digest('hex')
      .slice(0, 12);
    await api
      .create(
        {
          apiVersion: 'events.k8s.io/v1',
          kind: 'Event',
          metadata: { name: `${name}.${digest}`, namespace },
          eventTime: now.replace('Z', '000Z'),
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
  return { tell };
};
export type Events = ReturnType<typeof createEvents>;
