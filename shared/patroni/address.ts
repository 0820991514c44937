import { readFile } from 'node:fs/promises';
import type { PatroniAddressConfig } from './config.ts';

/** Where Patroni's REST API is reached, and whose certificate it must show. */
export interface PatroniAddress {
  /** `http://127.0.0.1:8008`, the member's own. */
  readonly url: string;
  /** The CA's certificate (PEM), asked at each https call, so that a renewed one is seen. */
  readonly readCa?: () => Promise<string>;
  /** The name that its certificate must carry; by default the host of `url`. */
  readonly serverName?: string;
  /**
   * SHA-256 fingerprints (`fingerprint256` of an X509Certificate) of certificates that are trusted whatever their
   * dates, names and CA are; asked at each https call. Without it, one that has ended keeps out the very reload
   * that would bring its successor.
   */
  readonly readKnownFingerprints?: () => Promise<readonly string[]>;
}

/** The address as a configuration says it. */
export const patroniAddress = ({ url, caFile, serverName }: PatroniAddressConfig): PatroniAddress => ({
  url,
  ...(caFile === undefined ? {} : { readCa: () => readFile(caFile, 'utf8') }),
  ...(serverName === undefined ? {} : { serverName }),
});
