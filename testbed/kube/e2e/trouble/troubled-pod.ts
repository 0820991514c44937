import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { waitingFor } from '../oracles/what-agents-say.ts';
import type { Patroni } from '../patroni/patroni.ts';
import type { Pod } from '../patroni/pods.ts';

/** The only member's pod that came in the place of `before`, once its PostgreSQL serves and is ready; the pod may not be. */
export const servingPod = (patroni: Patroni, before?: Pod): Promise<Pod> =>
  waitFor(
    'PostgreSQL to serve in a new pod',
    async () => {
      const pod = (await patroni.pods()).find(({ ending }) => !ending);
      if (pod === undefined || pod.uid === before?.uid) return undefined;
      const [row] = await patroni.query<{ writable: boolean }>(
        pod,
        'SELECT NOT pg_is_in_recovery() AS writable',
      );
      return row?.writable === true && pod.containers.postgres?.ready === true ? pod : undefined;
    },
    { deadlineMs: 180_000, everyMs: 1_000, signal: patroni.signal, explain: patroni.lastWords },
  );

/** Waits until {@link waitingFor} gives what `expected` wants, and gives it. */
export const untilWaiting = (
  patroni: Patroni,
  pod: Pod,
  what: string,
  expected: (found: Readonly<Record<string, string>>) => boolean,
): Promise<Readonly<Record<string, string>>> => {
  let last: unknown;
  const look = async () => {
    const found = await waitingFor(patroni, pod);
    last = found;
    return expected(found) ? found : undefined;
  };
  const explain = async () => `${JSON.stringify(last, null, 1)}\n${await patroni.lastWords()}`;
  return waitFor(what, look, { deadlineMs: 120_000, everyMs: 500, signal: patroni.signal, explain });
};

/** `kubectl describe pod`, once it matches: what a person reads first. */
export const described = (patroni: Patroni, what: string, words: RegExp): Promise<string> =>
  waitFor(
    what,
    async () => {
      const text = await patroni.kubectl(['describe', 'pod', 'patroni-0']);
      return words.test(text) ? text : undefined;
    },
    { deadlineMs: 120_000, everyMs: 1_000, signal: patroni.signal, explain: patroni.lastWords },
  );

/** Changes keys of a ConfigMap or Secret; null takes one away. */
export const changeKeys = (
  patroni: Patroni,
  kind: 'configmap' | 'secret',
  name: string,
  data: Readonly<Record<string, string | null>>,
): Promise<string> => patroni.kubectl(['patch', kind, name, '--type=merge', '-p', JSON.stringify({ data })]);
