/** How pods and tests reach each store; names resolve in pods only, so tests on this machine use the address. */
export interface StoreFacts {
  readonly s3: S3Facts;
  readonly azurite: AzureFacts;
  readonly web: WebFacts;
  readonly opensearch: OpenSearchFacts;
  readonly prometheus: PrometheusFacts;
}

interface Reached {
  /** e.g. `https://198.18.0.1:7070` */
  readonly url: string;
  /** Known to the cluster's DNS, and in the certificate beside {@link address}. */
  readonly hostName: string;
  readonly address: string;
  readonly port: number;
}

interface WithTls extends Reached {
  /** PEM of the authority that signed its certificate. */
  readonly ca: string;
}

/** versitygw: path-style addresses, region us-east-1. */
export interface S3Facts extends WithTls {
  readonly region: string;
  /** Both there and empty at the start: one for pgBackRest, one for audit segments. */
  readonly buckets: { readonly backup: string; readonly audit: string };
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Objects are files below it, by bucket and key. */
  readonly directory: string;
}

/** Azurite; pgBackRest needs {@link Reached.hostName} and `repo-azure-uri-style=path`. */
export interface AzureFacts extends WithTls {
  readonly accountName: string;
  readonly accountKey: string;
  readonly containers: { readonly backup: string; readonly audit: string };
}

/** nginx with PUT and basic authentication below `/segments`. */
export interface WebFacts extends WithTls {
  readonly username: string;
  readonly password: string;
  readonly directory: string;
}

/** OpenSearch 2.19, one node, without TLS and users. */
export interface OpenSearchFacts extends Reached {}

/** Scrapes what annotations ask for, each second, and what PodMonitors choose: scrape-by.ts. */
export interface PrometheusFacts extends Reached {
  readonly configFile: string;
}
