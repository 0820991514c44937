import { expect, it } from 'vitest';
import { memberPod } from './pods.ts';

const troubleOf = (container: object) =>
  memberPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'orders-0', uid: 'uid' },
    spec: { containers: [] },
    status: { containerStatuses: [{ name: 'postgres', ready: false, ...container }] },
  }).trouble;
const terminated = { exitCode: 78, reason: 'Error', message: 'howdah: mount a volume\n' };

it('tells what a container said that waits to be started again, not that it waits', () => {
  const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container' };
  expect(troubleOf({ state: { waiting }, lastState: { terminated: { ...terminated, exitCode: 1 } } })).toBe(
    'container postgres: ended with 1: howdah: mount a volume',
  );
});

it('goes on telling of what only a person can mend while the container is started again in vain', () => {
  const words = 'container postgres: ended with 78: howdah: mount a volume';
  expect(troubleOf({ state: { terminated } })).toBe(words);
  expect(troubleOf({ state: { running: {} }, lastState: { terminated } })).toBe(words);
  expect(troubleOf({ state: { running: {} }, lastState: { terminated }, ready: true })).toBeUndefined();
});

it('takes a server that is started again after a crash for one that starts', () => {
  const lastState = { terminated: { ...terminated, exitCode: 137 } };
  expect(troubleOf({ state: { running: {} }, lastState })).toBeUndefined();
});

it('says what to do about an image that is not there', () => {
  const waiting = { reason: 'ErrImageNeverPull', message: 'Container image "a:b" is not present' };
  expect(troubleOf({ state: { waiting } })).toBe(
    'container postgres: ErrImageNeverPull: Container image "a:b" is not present; name an image that the nodes have or may pull',
  );
});
