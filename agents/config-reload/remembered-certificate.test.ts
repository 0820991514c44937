import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import type { CertificateTexts } from '@howdah/core/certificate';
import { Authority } from '@howdah/testbed-tools/certificates';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { expect, it } from 'vitest';
import type { CertificateRead } from './read-certificate.ts';
import { knownFingerprints, readWithRemembered, rememberedCertificate } from './remembered-certificate.ts';

/** What is trusted with this CA mounted, and that one in force before. */
const trusted = async (newest: string, former?: string): Promise<string> => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'ca.crt');
  await writeFile(path, newest);
  if (former !== undefined)
    await rememberedCertificate(directory.path).write({ fingerprint: 'AB:CD', ca: former });
  return await readWithRemembered(path, rememberedCertificate(directory.path));
};

it('trusts the mounted CA, and while it is being renewed also the one before', async () => {
  expect(await trusted('newest')).toBe('newest');
  expect(await trusted('newest', 'newest')).toBe('newest');
  expect(await trusted('newest', 'former')).toBe('newest\nformer');
});

it('takes a blank CA for the public ones, also on the way from one to the other', async () => {
  const [root = ''] = rootCertificates;
  expect(await trusted('')).toBe('');
  const toPublic = await trusted('', 'former');
  expect(toPublic).toContain(root);
  expect(toPublic.endsWith('\nformer')).toBe(true);
  const toPrivate = await trusted('newest', '');
  expect(toPrivate).toContain(root);
  expect(toPrivate.startsWith('newest\n')).toBe(true);
});

it('survives a restart of the agent', async () => {
  await using directory = await temporaryDirectory();
  const inForce = { fingerprint: 'AB:CD', ca: 'ca' };
  expect(await rememberedCertificate(directory.path).read()).toBeUndefined();
  await rememberedCertificate(directory.path).write(inForce);
  expect(await rememberedCertificate(directory.path).read()).toMatchObject(inForce);
  expect(JSON.parse(await readFile(join(directory.path, 'certificate-in-force.json'), 'utf8'))).toEqual({
    format: 1,
    ...inForce,
  });
});

it('knows the certificate that was in force last, and the mounted one only with its own key', async () => {
  await using directory = await temporaryDirectory();
  const authority = await Authority.create(join(directory.path, 'ca'));
  const textsOf = async (name: string): Promise<CertificateTexts> => {
    const pair = await authority.issue({ name, commonName: name });
    return { certificate: await readFile(pair.certificate, 'utf8'), key: await readFile(pair.key, 'utf8') };
  };
  const mounted = await textsOf('mounted');
  const { fingerprint256 } = new X509Certificate(mounted.certificate);
  const remembered = rememberedCertificate(directory.path);
  const known = (read: CertificateRead) => knownFingerprints(async () => read, remembered);
  expect(await known({ state: 'read', texts: mounted })).toEqual([fingerprint256]);
  await remembered.write({ fingerprint: 'AB:CD' });
  expect(await known({ state: 'read', texts: mounted })).toEqual(['AB:CD', fingerprint256]);
  const { key } = await textsOf('other');
  expect(await known({ state: 'read', texts: { ...mounted, key } })).toEqual(['AB:CD']);
  expect(await known({ state: 'unreadable', problem: 'ENOENT' })).toEqual(['AB:CD']);
});
