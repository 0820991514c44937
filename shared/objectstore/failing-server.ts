import { createServer, type Server } from 'node:net';

/** A server for tests that accepts connections and then does not behave. */
export interface FailingServer {
  readonly url: string;
  /** How many connections it has now. */
  connections(): number;
  stop(): Promise<void>;
}

const listen = async (server: Server): Promise<FailingServer> => {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port to be had');
  return {
    url: `http://127.0.0.1:${address.port}`,
    connections: () => sockets.size,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
};

/** Takes everything and never answers. */
export const silentServer = (): Promise<FailingServer> =>
  listen(createServer((socket) => void socket.resume()));

/** Answers everything with one status. */
export const refusingServer = (status: number): Promise<FailingServer> =>
  listen(
    createServer((socket) => {
      socket.on('data', () =>
        socket.end(`HTTP/1.1 ${status} Status\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`),
      );
    }),
  );

/** Begins an answer of 1000 bytes, sends ten, and goes silent or breaks the connection. */
export const stallingServer = (then: 'silent' | 'broken'): Promise<FailingServer> =>
  listen(
    createServer((socket) => {
      socket.on('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\netag: "x"\r\n\r\n0123456789');
        if (then === 'broken') setImmediate(() => socket.destroy());
      });
    }),
  );

/** A URL that refuses connections: its server has just ended. */
export const refusedUrl = async (): Promise<string> => {
  const server = await silentServer();
  await server.stop();
  return server.url;
};
