import process from 'node:process';
import { checkpointFile } from '../checkpoint.ts';
import type { Sink } from '../sink.ts';
import { fileSink, startRig } from './rig.ts';

/**
 * The agent over `<root>` as a process that is killed -9 at a step, the `nth` time that it comes there:
 * `node crash-child.ts <root> <step> <nth>`. It ends with 0 when the log was read before that.
 */
const [root = '', step = '', nth = '1'] = process.argv.slice(2);

export const steps = [
  'read',
  'ship',
  'half-ship',
  'acknowledge',
  'tidy',
  'checkpoint',
  'checkpointed',
] as const;

let left = Number(nth);
const reached = (name: (typeof steps)[number]): void => {
  if (name !== step) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
};

const file = fileSink(root, 200_000, 50);
const sink: Sink = {
  id: file.id,
  kind: file.kind,
  open: (mark) => file.open(mark),
  write: async (lines, signal) => {
    reached('read');
    if (step === 'half-ship') await file.write(lines.subarray(0, lines.length / 2), signal);
    reached('half-ship');
    await file.write(step === 'half-ship' ? lines.subarray(lines.length / 2) : lines, signal);
    reached('ship');
  },
  flush: async () => {
    const mark = await file.flush();
    reached('acknowledge');
    return mark;
  },
  tidy: async () => {
    const tidied = await file.tidy();
    if (tidied) reached('tidy');
    return tidied;
  },
  close: () => file.close(),
};

const rig = await startRig(root, { sinks: [sink], maxRecordBytes: 4_096, checkpoint: killing() });
await rig.drain();
await rig.stop();

function killing() {
  const real = checkpointFile(`${root}/state`);
  return {
    read: () => real.read(),
    write: async (state: Parameters<typeof real.write>[0]) => {
      reached('checkpoint');
      await real.write(state);
      reached('checkpointed');
    },
  };
}
