import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterAnswer } from '@howdah/patroni/answers';
import type { Fleet } from '@howdah/status/fleet';
import { status } from '@howdah/status/status';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../testdata', name), 'utf8'));

/** What real agents and a real Patroni said (testdata/README.md), as the console saw it a second later. */
export const recordedFleet = (): Fleet => {
  const answers = ['pg-0', 'pg-1', 'pg-2'].map((name) => status.parse(read(`${name}.json`)));
  const answeredAt =
    answers
      .map(({ now }) => now)
      .sort()
      .at(-1) ?? '';
  return {
    now: new Date(Date.parse(answeredAt) + 1_000).toISOString(),
    staleAfterSeconds: 15,
    cluster: { askedAt: answeredAt, answeredAt, answer: clusterAnswer.parse(read('cluster.json')) },
    members: answers.map((answer) => ({
      name: answer.member,
      watched: true,
      agents: { askedAt: answeredAt, answeredAt, answer },
    })),
  };
};
