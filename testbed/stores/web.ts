import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Certificate, makeCertificate } from './certificate.ts';
import { isListening } from './reachable.ts';
import { freePort, type ServerProcess, startServerProcess } from './server-process.ts';

const run = promisify(execFile);

export interface WebServer {
  /** Below which keys are. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly caFile: string;
  /** Objects are files here, by their keys. */
  readonly directory: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/**
 * nginx with its DAV module, TLS and basic authentication, as many companies run one. It ignores
 * `If-None-Match` on PUT and does not list.
 */
export const startWebServer = async (): Promise<WebServer> => {
  const root = await mkdtemp('/tmp/howdah-web-');
  const directory = join(root, 'files');
  const certificate = await makeCertificate(root);
  const port = await freePort();
  const username = 'howdah';
  const password = 'web-test-password';
  const config = await prepareWebServer(root, `127.0.0.1:${port}`, certificate, { username, password });
  let server: ServerProcess | undefined;
  const start = async () => {
    server = await startServerProcess({
      file: '/usr/sbin/nginx',
      args: webArguments(root, config),
      ready: (signal) => isListening(port, signal),
    });
  };
  await start();
  return {
    url: `https://127.0.0.1:${port}/segments`,
    username,
    password,
    caFile: certificate.caFile,
    directory,
    start,
    kill: async () => server?.kill(),
    stop: async () => {
      await server?.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
};

/** Writes what nginx reads into `root`, and makes `root/files`; gives the path of its configuration. */
export const prepareWebServer = async (
  root: string,
  listen: string,
  certificate: Certificate,
  user: { readonly username: string; readonly password: string },
): Promise<string> => {
  const files = join(root, 'files');
  const config = join(root, 'nginx.conf');
  await mkdir(files, { recursive: true });
  const { stdout } = await run('openssl', ['passwd', '-apr1', user.password]);
  await writeFile(join(root, 'users'), `${user.username}:${stdout}`);
  await writeFile(config, configuration(root, listen, certificate));
  // As root its workers run as another user, who must be able to write.
  for (const path of [root, files]) await chmod(path, 0o777);
  return config;
};

/** What nginx is started with. */
export const webArguments = (root: string, config: string): readonly string[] => [
  ...['-c', config, '-e', join(root, 'error.log')],
];

const configuration = (root: string, listen: string, certificate: Certificate): string => `
daemon off;
master_process off;
pid ${root}/nginx.pid;
error_log ${root}/error.log;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path ${root}/body;
  proxy_temp_path ${root}/proxy;
  fastcgi_temp_path ${root}/fastcgi;
  uwsgi_temp_path ${root}/uwsgi;
  scgi_temp_path ${root}/scgi;
  server {
    listen ${listen} ssl;
    ssl_certificate ${certificate.certFile};
    ssl_certificate_key ${certificate.keyFile};
    client_max_body_size 64m;
    location /segments/ {
      alias ${root}/files/;
      auth_basic "segments";
      auth_basic_user_file ${root}/users;
      dav_methods PUT;
      create_full_put_path on;
    }
  }
}
`;
