import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ourselves, runAs } from '@howdah/testing/run-as';
import { uplink, wholeRange } from '../addresses.ts';

const ip = (...args: string[]) => runAs(ourselves(), 'ip', args);

export const hasCable = (): boolean => existsSync(`/sys/class/net/${uplink.hostInterface}`);

/** Lays the cable from this machine into the node's network namespace, and the route through it. */
export const layCable = async (nodePid: number): Promise<void> => {
  const ends = ['type', 'veth', 'peer', 'name', uplink.nodeInterface, 'netns', String(nodePid)];
  await ip('link', 'add', uplink.hostInterface, ...ends);
  await ip('address', 'add', `${uplink.hostAddress}/${uplink.prefix}`, 'dev', uplink.hostInterface);
  await ip('link', 'set', uplink.hostInterface, 'up');
  await ip('route', 'add', wholeRange, 'via', uplink.nodeAddress, 'dev', uplink.hostInterface);
};

/** The kernel takes the cable away some moments after the namespace at its other end; we see to it that it has. */
export const removeCable = async (): Promise<void> => {
  const deadline = performance.now() + 5_000;
  while (hasCable() && performance.now() < deadline) await delay(50);
  if (hasCable()) await ip('link', 'delete', uplink.hostInterface).catch(() => undefined);
};
