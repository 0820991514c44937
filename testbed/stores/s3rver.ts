import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { isListening } from './reachable.ts';
import { freePort, startServerProcess } from './server-process.ts';

/**
 * s3rver, an S3 server that takes `If-None-Match: *` and replaces the object all the same, as some stores do that call
 * themselves compatible. Without TLS, with one bucket; for nothing but that.
 */
export const startCarelessS3Server = async () => {
  const directory = await mkdtemp('/tmp/howdah-s3rver-');
  const port = await freePort();
  const bucket = 'careless';
  const server = await startServerProcess({
    file: process.execPath,
    args: [
      createRequire(import.meta.url).resolve('s3rver/bin/s3rver.js'),
      ...['--silent', '--address', '127.0.0.1', '--port', String(port)],
      ...['--directory', directory, '--configure-bucket', bucket],
    ],
    ready: (signal) => isListening(port, signal),
  });
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket,
    /** The only ones that it knows. */
    accessKeyId: 'S3RVER',
    secretAccessKey: 'S3RVER',
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
