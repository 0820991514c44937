import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { judgeLicences, lockSchema } from './judge-licences.ts';
import type { Step } from './step.ts';

export const licences: Step = {
  name: 'licences',
  run: async ({ root }) => {
    const lock = lockSchema.parse(
      JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')),
    ).packages;
    const { problems, shipped, others } = judgeLicences(lock);
    if (problems.length > 0) {
      return {
        ok: false,
        output: problems.join('\n'),
        command:
          'choose another package, or add the licence with a reason to testbed/local/check/judge-licences.ts',
      };
    }
    return { ok: true, notes: [`${shipped} packages ship, ${others} serve tests and building`] };
  },
};
