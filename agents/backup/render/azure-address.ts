import type { AzureConfig } from '@howdah/objectstore/config';

/** What pgBackRest wants to know apart. */
export interface AzureAddress {
  readonly account: string;
  /** Without the account. */
  readonly host: string;
  readonly style: 'host' | 'path';
}

/** `https://<account>.<host>` or `https://<host>/<account>`; undefined where the endpoint is neither. */
export const azureAddress = ({
  endpoint,
  accountName,
}: Pick<AzureConfig, 'endpoint' | 'accountName'>): AzureAddress | undefined => {
  const { hostname, pathname } = new URL(endpoint);
  const [, inPath] = /^\/([^/]+)\/?$/.exec(pathname) ?? [];
  if (inPath !== undefined)
    return accountName === undefined || accountName === inPath
      ? { account: inPath, host: hostname, style: 'path' }
      : undefined;
  const [, inHost, host] = /^([^.]+)\.(.+)$/.exec(hostname) ?? [];
  if (pathname !== '/' || inHost === undefined || host === undefined) return undefined;
  return accountName === undefined || accountName === inHost
    ? { account: inHost, host, style: 'host' }
    : undefined;
};
