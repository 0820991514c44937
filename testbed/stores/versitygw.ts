import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { goInstall } from '@howdah/testbed-tools/go';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { type Certificate, makeCertificate } from './certificate.ts';
import { isListening } from './reachable.ts';
import { freePort, type ServerProcess, startServerProcess } from './server-process.ts';

const program = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0';

/** An S3 server over a directory: signatures, checksums, conditional writes and multipart are real. */
export interface S3Server {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly caFile: string;
  /** Objects are files here, by their keys: for tests that tamper. */
  readonly bucketDirectory: string;
  /** Starts the same server again on the same port and data, after `stop` or `kill`. */
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** Builds versitygw when it is not there yet, and gives its path. */
export const ensureS3Program = (tell: (line: string) => void): Promise<string> =>
  goInstall(currentWorkspace(), program, tell);

/**
 * How versitygw is started, on `listen` (host:port) with TLS.
 *
 * @param directories absolute paths: a bucket is a directory in `data`; `meta` holds what files have no room for.
 */
export const s3Command = (
  listen: string,
  certificate: Certificate,
  directories: { readonly data: string; readonly meta: string },
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string },
): { args: readonly string[]; env: Readonly<Record<string, string>> } => ({
  args: [
    ...['--port', listen, '--quiet', '--keep-alive'],
    ...['--cert', certificate.certFile, '--key', certificate.keyFile],
    ...['posix', '--sidecar', directories.meta, directories.data],
  ],
  // By the environment, since arguments can be read by every user of the machine.
  env: {
    ROOT_ACCESS_KEY_ID: credentials.accessKeyId,
    ROOT_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  },
});

/** Builds versitygw when it is not there yet (about two minutes), and starts it with TLS. */
export const startS3Server = async (): Promise<S3Server> => {
  const file = await ensureS3Program((line) => process.stderr.write(`${line}\n`));
  const root = await mkdtemp('/tmp/howdah-s3-');
  const bucket = 'audit';
  const data = join(root, 'data');
  await mkdir(join(data, bucket), { recursive: true });
  const certificate = await makeCertificate(root);
  const port = await freePort();
  const credentials = { accessKeyId: 'howdah-test', secretAccessKey: 'howdah-test-secret' };
  let server: ServerProcess | undefined;
  const start = async () => {
    server = await startServerProcess({
      file,
      ...s3Command(`127.0.0.1:${port}`, certificate, { data, meta: join(root, 'meta') }, credentials),
      ready: (signal) => isListening(port, signal),
    });
  };
  await mkdir(join(root, 'meta'));
  await start();
  return {
    endpoint: `https://127.0.0.1:${port}`,
    region: 'us-east-1',
    bucket,
    ...credentials,
    caFile: certificate.caFile,
    bucketDirectory: join(data, bucket),
    start,
    kill: async () => server?.kill(),
    stop: async () => {
      await server?.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
};
