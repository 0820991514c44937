import { createHmac } from 'node:crypto';

/** A storage account with the key that opens it. */
export interface AzureAccount {
  /** e.g. `http://127.0.0.1:21000/devstoreaccount1` */
  readonly endpoint: string;
  readonly name: string;
  readonly key: string;
}

const VERSION = '2021-08-06';

/** Makes a container; true also when it was there already. */
export const createContainer = async (
  account: AzureAccount,
  container: string,
  signal: AbortSignal,
): Promise<boolean> => {
  const response = await call(account, 'PUT', `/${container}`, { restype: 'container' }, signal);
  await response.arrayBuffer();
  if (response.ok || response.status === 409) return true;
  throw new Error(`the store answered ${response.status} to making container ${container}`);
};

/** The names of all blobs below `prefix`, at most 5000. */
export const listBlobs = async (
  account: AzureAccount,
  container: string,
  prefix: string,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const query = { comp: 'list', prefix, restype: 'container' };
  const response = await call(account, 'GET', `/${container}`, query, signal);
  const xml = await response.text();
  if (!response.ok) throw new Error(`the store answered ${response.status} to listing ${container}`);
  return [...xml.matchAll(/<Name>([^<]*)<\/Name>/g)].map((match) => match[1] ?? '');
};

export const getBlob = async (
  account: AzureAccount,
  container: string,
  name: string,
  signal: AbortSignal,
): Promise<Buffer> => {
  const response = await call(account, 'GET', `/${container}/${name}`, {}, signal);
  const body = Buffer.from(await response.arrayBuffer());
  if (!response.ok) throw new Error(`the store answered ${response.status} to reading ${name}`);
  return body;
};

/**
 * One request signed with the account's key, written here in full so that what the testbed reads back
 * does not go through the code under test.
 * https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
 */
const call = (
  account: AzureAccount,
  method: 'GET' | 'PUT',
  path: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Response> => {
  const url = new URL(`${account.endpoint}${encodeURI(path)}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const headers = { 'x-ms-date': new Date().toUTCString(), 'x-ms-version': VERSION };
  const canonicalHeaders = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
  const parameters = Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1));
  const canonicalResource = [
    `/${account.name}${url.pathname}`,
    ...parameters.map(([name, value]) => `${name}:${value}`),
  ].join('\n');
  // Eleven standard headers that we do not send (Content-Length counts as empty when 0).
  const toSign = [method, ...Array(11).fill(''), ...canonicalHeaders, canonicalResource].join('\n');
  const signature = createHmac('sha256', Buffer.from(account.key, 'base64')).update(toSign).digest('base64');
  return fetch(url, {
    method,
    signal,
    headers: { ...headers, Authorization: `SharedKey ${account.name}:${signature}` },
  });
};
