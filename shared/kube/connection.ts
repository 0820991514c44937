import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { HowdahError } from '@howdah/core/errors';
import { KubeConfig } from '@kubernetes/client-node';
import { kubeErrors } from './errors.ts';

export interface Question {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly contentType?: string;
  readonly body?: unknown;
}

/** Keeps connections to one API server. */
export interface Connection {
  /** The answer's head; its body is to be read or destroyed. */
  send(question: Question, signal: AbortSignal): Promise<IncomingMessage>;
  close(): void;
  /** What the configuration calls the current one; `default` where it says nothing. */
  readonly namespace: string;
}

/**
 * The API server by the service account of the pod, or by KUBECONFIG and its default place outside of one.
 *
 * The library reads the configuration and keeps tokens fresh. Its own calls are not used: they take no
 * AbortSignal, know no status subresource, and drop fields that their models do not name (ADR 0010).
 */
export const connectKube = (): Connection => {
  const config = configured();
  const cluster = config.getCurrentCluster();
  if (!cluster?.server.startsWith('https://'))
    throw new HowdahError(kubeErrors.noCluster, `no API server is configured with https`);
  // A watch of each kind holds one connection; the rest is for questions.
  const agent = new Agent({ keepAlive: true, maxSockets: 32, maxFreeSockets: 2 });
  const send: Connection['send'] = async (question, signal) => {
    signal.throwIfAborted();
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const body = question.body === undefined ? undefined : JSON.stringify(question.body);
    return open(urlOf(cluster.server, question), {
      ...options,
      // The library's own agent opens a connection for each question; a proxy is only known to that one.
      ...(cluster.proxyUrl === undefined ? { agent } : {}),
      method: question.method,
      headers: {
        ...(options.headers as IncomingHttpHeaders),
        accept: 'application/json',
        'user-agent': 'howdah',
        ...(body === undefined
          ? {}
          : {
              'content-type': question.contentType ?? 'application/json',
              'content-length': Buffer.byteLength(body),
            }),
      },
      signal,
      body,
    });
  };
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace ?? 'default';
  return { send, namespace, close: () => agent.destroy() };
};

const configured = (): KubeConfig => {
  const config = new KubeConfig();
  try {
    config.loadFromDefault();
    return config;
  } catch (cause) {
    throw new HowdahError(kubeErrors.noCluster, 'the kubeconfig cannot be read', { cause });
  }
};

const urlOf = (server: string, { path, query = {} }: Question): URL => {
  const url = new URL(server.replace(/\/$/, '') + path);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, value);
  return url;
};

const open = (
  url: URL,
  { body, ...options }: RequestOptions & { readonly body: string | undefined },
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request(url, options, resolve).on('error', reject).end(body);
  });
