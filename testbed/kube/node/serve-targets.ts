import { createServer } from 'node:http';
import { targetsPort } from '../addresses.ts';
import type { KubeApi } from '../api.ts';
import { podList, targetsOf } from '../stores/targets.ts';

/** Answers Prometheus what to scrape; Debian's is built without the discovery of Kubernetes. Ends with `signal`. */
export const serveTargets = async (api: KubeApi, signal: AbortSignal): Promise<void> => {
  const server = createServer((_incoming, outgoing) => {
    const answer = async () => {
      const pods = await api.call(
        'GET',
        '/api/v1/pods',
        AbortSignal.any([signal, AbortSignal.timeout(5_000)]),
      );
      outgoing.setHeader('content-type', 'application/json');
      outgoing.end(JSON.stringify(targetsOf(podList.parse(JSON.parse(pods)).items)));
    };
    answer().catch(() => outgoing.writeHead(503).end());
  });
  signal.addEventListener('abort', () => server.close().closeAllConnections(), { once: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(targetsPort, '127.0.0.1', resolve);
  });
};
