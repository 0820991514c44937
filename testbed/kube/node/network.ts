import { writeFile } from 'node:fs/promises';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { bridge, nodeAddress, uplink, wholeRange } from '../addresses.ts';
import { runInNode } from './commands.ts';

const ip = (signal: AbortSignal, ...args: string[]) => runInNode('ip', args, signal);

/**
 * The network of the node's namespace: the bridge for pods with the node's address on it, and the cable to
 * this machine. There is no default route: nothing that a pod sends can leave.
 */
export const makeNodeNetwork = async (signal: AbortSignal): Promise<void> => {
  await ip(signal, 'link', 'set', 'lo', 'up');
  await ip(signal, 'link', 'add', bridge, 'type', 'bridge');
  await ip(signal, 'address', 'add', `${nodeAddress}/16`, 'dev', bridge);
  await ip(signal, 'link', 'set', bridge, 'up');
  await ip(signal, 'route', 'add', 'blackhole', wholeRange);
  await writeFile('/proc/sys/net/ipv4/ip_forward', '1');
  // Answers from one pod to another cross the bridge only; a service's address is put back in them on the way.
  await writeFile('/proc/sys/net/bridge/bridge-nf-call-iptables', '1');
  await waitFor('the cable to this machine', () => ip(signal, 'link', 'show', uplink.nodeInterface), {
    deadlineMs: 20_000,
    signal,
  });
  const address = `${uplink.nodeAddress}/${uplink.prefix}`;
  await ip(signal, 'address', 'add', address, 'dev', uplink.nodeInterface);
  await ip(signal, 'link', 'set', uplink.nodeInterface, 'up');
};
