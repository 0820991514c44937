import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Paths of a certificate authority's certificate and of a server certificate it signed. */
export interface Certificate {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate for localhost and 127.0.0.1 by an authority of its own, made by openssl in `directory`. */
export const makeCertificate = async (directory: string): Promise<Certificate> => {
  const path = (name: string) => join(directory, name);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout'];
  await run('openssl', [
    ...['req', '-x509', ...newKey, path('ca.key'), '-out', path('ca.crt'), '-days', '2'],
    ...['-subj', '/CN=Howdah test authority', '-addext', 'basicConstraints=critical,CA:TRUE'],
  ]);
  await run('openssl', [
    ...['req', '-new', ...newKey, path('server.key'), '-out', path('server.csr'), '-subj', '/CN=localhost'],
  ]);
  await writeFile(
    path('server.ext'),
    'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n',
  );
  await run('openssl', [
    ...['x509', '-req', '-in', path('server.csr'), '-CA', path('ca.crt'), '-CAkey', path('ca.key')],
    ...['-set_serial', '1', '-days', '2', '-extfile', path('server.ext'), '-out', path('server.crt')],
  ]);
  return { caFile: path('ca.crt'), certFile: path('server.crt'), keyFile: path('server.key') };
};
