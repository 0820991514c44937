import { describeError, HowdahError } from '@howdah/core/errors';
import { Command } from 'commander';
import { addBench } from './verbs/bench.ts';
import { addCheck } from './verbs/check.ts';
import { addDemo } from './verbs/demo.ts';
import { addDoctor } from './verbs/doctor.ts';
import { addFaults } from './verbs/faults.ts';
import { addHowdah } from './verbs/howdah.ts';
import { addImages } from './verbs/images.ts';
import { addKube } from './verbs/kube.ts';
import { addSoak } from './verbs/soak.ts';
import { addTest } from './verbs/test.ts';

const program = new Command('./dev').description('Everything one does with this clone.').showHelpAfterError();
for (const add of [
  addDemo,
  addTest,
  addCheck,
  addBench,
  addSoak,
  addFaults,
  addDoctor,
  addHowdah,
  addImages,
  addKube,
])
  add(program);

// `./dev … | head` closes the pipe: that is no fault to tell about.
process.stdout.on('error', () => process.exit(1));
try {
  await program.parseAsync();
} catch (error) {
  const remedy = error instanceof HowdahError ? `\n${error.kind.remedy}` : '';
  process.stderr.write(`howdah: ${describeError(error)}${remedy}\n`);
  process.exitCode = 1;
}
