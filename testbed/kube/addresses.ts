/**
 * All addresses come from 198.18.0.0/15, which RFC 2544 sets aside for tests inside one's own walls: no
 * office network uses it, and in the node's namespace a blackhole route takes what belongs to nobody.
 */
export const wholeRange = '198.18.0.0/15';

/** The node, on the bridge that its pods hang on. */
export const nodeAddress = '198.18.0.1';
export const podRange = '198.18.0.0/16';
/** Below it are the node and addresses for tests. */
export const firstPodAddress = '198.18.0.16';

export const serviceRange = '198.19.0.0/17';
/** The first of {@link serviceRange}: the API server as pods reach it. */
export const apiServiceAddress = '198.19.0.1';

/** The cable between this machine and the node's namespace. */
export const uplink = {
  hostInterface: 'howdah0',
  hostAddress: '198.19.255.1',
  nodeInterface: 'uplink0',
  nodeAddress: '198.19.255.2',
  prefix: 30,
} as const;

export const bridge = 'cni0';
export const nodeName = 'howdah-node';
export const clusterDomain = 'cluster.local';

export const apiServerPort = 6443;
export const apiServerUrl = `https://${nodeAddress}:${apiServerPort}`;
export const etcdUrl = 'http://127.0.0.1:2379';

/** Names of the stores in pods; .test belongs to nobody (RFC 6761). */
export const storeDomain = 'howdah.test';
export const storePorts = { s3: 7070, azurite: 7071, web: 7072, opensearch: 9200, prometheus: 9090 } as const;

/** Where Prometheus asks, inside the node, what to scrape. */
export const targetsPort = 9099;
