import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { nodeAddress, storePorts, uplink } from '@howdah/testbed-kube/addresses';
import type { ExampleOptions } from '../patroni/example-files.ts';

/**
 * The only road by which the pods of one test reach the store: closed, the store is away for them, and for nobody
 * else. TLS goes through it untouched.
 */
export interface StoreRoad extends AsyncDisposable {
  open(): Promise<void>;
  /** Ends connections under way, and refuses new ones. */
  close(): Promise<void>;
}

/** On this machine, where the cable to the node ends. */
const { hostAddress } = uplink;

export const storeRoad = (port: number): StoreRoad => {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    // Whoever breaks off on one side has broken off on the other.
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    const far = keep(connect(storePorts.s3, nodeAddress));
    keep(near)
      .pipe(far)
      .on('close', () => near.destroy());
    far.pipe(near).on('close', () => far.destroy());
  });
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    open: async () => {
      if (server.listening) return;
      server.listen(port, hostAddress);
      await once(server, 'listening');
    },
    close,
    [Symbol.asyncDispose]: close,
  };
};

/** What an example wants to go by the road on `port`: the store's own name, which its certificate carries. */
export const byRoad = (port: number) =>
  ({
    storePort: port,
    patches: [
      {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 'patroni' },
        spec: {
          template: { spec: { hostAliases: [{ ip: hostAddress, hostnames: ['s3.howdah.test'] }] } },
        },
      },
    ],
  }) satisfies ExampleOptions;
