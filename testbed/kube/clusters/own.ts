import { existsSync } from 'node:fs';
import { HowdahError } from '@howdah/core/errors';
import { sendOrder } from '@howdah/testbed-tools/process/orders';
import { isAlive } from '@howdah/testbed-tools/process/proc';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { nodeAddress, uplink } from '../addresses.ts';
import { errorCatalogue } from '../errors.ts';
import { hasCable } from '../host/cable.ts';
import { endNode } from '../host/end-node.ts';
import { launchNode } from '../host/launch-node.ts';
import { readNodeRecord } from '../host/node-record.ts';
import { requireOwnNode } from '../host/requirements.ts';
import { importImage } from '../images/import-image.ts';
import type { KubeCluster, KubePart, StartOptions } from '../kube-cluster.ts';
import { decideKubeLayout, type KubeLayout } from '../layout.ts';
import type { Order } from '../node/order.ts';
import type { PartName } from '../part-names.ts';
import { ensurePrograms, type KubePrograms, programDirectories } from '../programs.ts';
import { storeFactsOf } from '../stores/facts-of.ts';
import { clientsFor } from './clients.ts';

/** The cluster of this clone when it is up, else undefined. */
export const findOwn = (): KubeCluster | undefined => {
  const workspace = currentWorkspace();
  const layout = decideKubeLayout(workspace);
  const record = readNodeRecord(layout.node);
  const up = record?.init !== undefined && isAlive(record.init) && existsSync(layout.facts);
  return up ? ownCluster(layout, programDirectories(workspace)) : undefined;
};

/** Builds what is missing, and starts the cluster of this clone unless it is up. */
export const startOwn = async ({ tell, signal }: StartOptions): Promise<KubeCluster> => {
  const running = findOwn();
  if (running !== undefined) return running;
  requireOwnNode();
  const workspace = currentWorkspace();
  const layout = decideKubeLayout(workspace);
  await endNode(layout);
  if (hasCable()) {
    throw new HowdahError(
      errorCatalogue.addressesTaken,
      `this machine has an interface ${uplink.hostInterface} already, of a cluster of another clone`,
    );
  }
  const programs = await ensurePrograms(workspace, tell);
  try {
    await launchNode(layout, programs, tell, signal);
  } catch (error) {
    await endNode(layout);
    throw error;
  }
  return ownCluster(layout, programs);
};

/** Ends the cluster of this clone. @returns false when there was none. */
export const endOwn = (): Promise<boolean> => endNode(decideKubeLayout(currentWorkspace()));

const ownCluster = (layout: KubeLayout, programs: KubePrograms): KubeCluster => {
  const order = (verb: Order['verb'], part: PartName, signal: AbortSignal) =>
    sendOrder(layout.controlSocket, 'the cluster', { verb, part }, () => undefined, signal);
  const part = (name: PartName): KubePart => ({
    start: (signal) => order('start', name, signal),
    stop: (signal) => order('stop', name, signal),
    kill: (signal) => order('kill', name, signal),
    freeze: (signal) => order('freeze', name, signal),
    thaw: (signal) => order('thaw', name, signal),
  });
  return {
    origin: 'own',
    kubeconfig: layout.kubeconfig,
    nodeAddress,
    ...clientsFor(layout.kubeconfig, programs.clients),
    loadImage: (archive, signal) => importImage(layout, programs, archive, signal),
    store: async (name, signal) => {
      await part(name).start(signal);
      return (await storeFactsOf(layout))[name];
    },
    part,
    down: async () => {
      await endNode(layout);
    },
  };
};
