import { getJson } from '@howdah/testbed-tools/http';
import { samplesOf } from '@howdah/testbed-tools/samples';
import * as z from 'zod';
import { suitePort } from '../patroni/members.ts';
import type { Patroni } from '../patroni/patroni.ts';
import type { Pod } from '../patroni/pods.ts';

const readyz = z.object({
  agents: z.record(z.string(), z.object({ ready: z.boolean(), waitingFor: z.string().optional() })),
});

const url = ({ address }: Pod, path: string) => `http://${address}:${suitePort}/${path}`;
const deadline = ({ signal }: Patroni) => AbortSignal.any([signal, AbortSignal.timeout(10_000)]);

/** What each agent that is not ready waits for, by its name and /readyz; an agent that is ready has no key. */
export const waitingFor = async (patroni: Patroni, pod: Pod): Promise<Readonly<Record<string, string>>> => {
  const answer = await fetch(url(pod, 'readyz'), { signal: deadline(patroni) });
  const { agents } = readyz.parse(await answer.json());
  const unready = Object.entries(agents).filter(([, { ready }]) => !ready);
  if (answer.ok !== (unready.length === 0)) throw new Error(`/readyz answered ${answer.status}`);
  return Object.fromEntries(unready.map(([name, { waitingFor: what = '' }]) => [name, what]));
};

/** @throws where a restart of the agents would help, which they say with 503. */
export const expectHealthy = async (patroni: Patroni, pod: Pod): Promise<void> => {
  await getJson(url(pod, 'healthz'), deadline(patroni));
};

/** The value of the family's first series with these labels; undefined when there is none. */
export const sampleOf = async (
  patroni: Patroni,
  pod: Pod,
  family: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number | undefined> =>
  samplesOf(await patroni.metrics(pod), family).find((one) =>
    Object.entries(labels).every(([label, value]) => one.labels[label] === value),
  )?.value;
