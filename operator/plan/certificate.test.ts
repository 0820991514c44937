import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, type KeyPair } from '@howdah/testbed-tools/certificates';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { wantedWith } from '../testing/wanted.ts';
import { certificateProblems } from './certificate.ts';

let directory: string;
let ours: KeyPair;
let other: KeyPair;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'howdah-certificate-'));
  const authority = await Authority.create(directory);
  ours = await authority.issue({ name: 'ours', commonName: 'orders', alternatives: ['DNS:orders.shop.svc'] });
  other = await authority.issue({
    name: 'other',
    commonName: 'billing',
    alternatives: ['DNS:billing.shop.svc'],
  });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const refused = async (certificate: string, key: string) => {
  const [pem, keyPem] = await Promise.all([readFile(certificate, 'utf8'), readFile(key, 'utf8')]);
  return certificateProblems(
    wantedWith(
      { tls: { secretName: 'orders-tls' } },
      { secrets: { 'orders-tls': { 'tls.crt': pem, 'tls.key': keyPem } } },
    ),
  );
};

it('says nothing of a certificate that fits, nor of a cluster without', async () => {
  expect(await refused(ours.certificate, ours.key)).toEqual([]);
  expect(certificateProblems(wantedWith())).toEqual([]);
});

it.each([
  ['a key of another certificate', () => [ours.certificate, other.key], /the key is not the certificate’s/],
  ['another name', () => [other.certificate, other.key], /is for billing.shop.svc; .* for orders.shop.svc/],
  [
    'a key where a certificate should be',
    () => [ours.key, ours.key],
    /certificate’s file holds no certificate in PEM/,
  ],
  [
    'a certificate where a key should be',
    () => [ours.certificate, ours.certificate],
    /key’s file holds no private key/,
  ],
] as const)('refuses %s', async (_what, files, expected) => {
  const [certificate = '', key = ''] = files();
  expect(await refused(certificate, key)).toEqual([expect.stringMatching(expected)]);
});
