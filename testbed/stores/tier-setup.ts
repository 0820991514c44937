import { ensureS3Program } from './versitygw.ts';

/** Before the tests of a tier that has stores: building one takes minutes, and is no test's time. */
export const setup = async (): Promise<void> => {
  await ensureS3Program((line) => void process.stderr.write(`${line}\n`));
};
