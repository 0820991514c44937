import { connect } from 'node:net';

/** Whether something accepts connections on `port` of `host`. */
export const isListening = (port: number, signal: AbortSignal, host = '127.0.0.1'): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
