import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificate, CertificateTexts } from '@howdah/core/certificate';
import { Authority } from '@howdah/testbed-tools/certificates';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dateProblem, judgePair } from './certificate.ts';
import { readCertificate } from './read-certificate.ts';

const day = 24 * 3_600_000;

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let ours: CertificateTexts;
let others: CertificateTexts;
let authority: string;
beforeAll(async () => {
  directory = await temporaryDirectory();
  const issuer = await Authority.create(join(directory.path, 'ca'));
  authority = await readFile(issuer.certificate, 'utf8');
  const issue = async (name: string, alternatives: readonly string[]): Promise<CertificateTexts> => {
    const pair = await issuer.issue({ name, commonName: name, alternatives });
    return { certificate: await readFile(pair.certificate, 'utf8'), key: await readFile(pair.key, 'utf8') };
  };
  ours = await issue('orders', ['DNS:orders.shop.svc', 'DNS:*.orders-pods.shop.svc', 'IP:10.0.0.1']);
  others = await issue('invoices', []);
});
afterAll(() => directory[Symbol.asyncDispose]());

const certificateOf = (texts: CertificateTexts): Certificate => {
  const reading = judgePair(texts);
  if ('problem' in reading) throw new Error(reading.problem);
  return reading.certificate;
};

describe('a certificate and its key', () => {
  it('are told by names and end', () => {
    const { names, validTo } = certificateOf({ ...ours, ca: authority });
    expect(names).toEqual(['orders.shop.svc', '*.orders-pods.shop.svc', '10.0.0.1']);
    expect((validTo.getTime() - Date.now()) / day).toBeCloseTo(30, 1);
  });

  it('may come with a blank CA, where a public one signed it', () => {
    expect(certificateOf({ ...ours, ca: '\n' }).fingerprint).toBe(certificateOf(ours).fingerprint);
  });

  it('without alternative names are told by the common name', () => {
    expect(certificateOf(others).names).toEqual(['invoices']);
  });

  it('may be followed by the certificates that lead to the CA; the first one counts', () => {
    const chain = { ...ours, certificate: `${ours.certificate}${authority}` };
    expect(certificateOf(chain).fingerprint).toBe(certificateOf(ours).fingerprint);
  });

  it.each([
    ['that belong to different pairs', () => ({ ...ours, key: others.key }), /^The key is not the cert/],
    ['that is no certificate', () => ({ ...ours, certificate: 'noise' }), /holds no certificate in PEM/],
    ['that are empty', () => ({ certificate: '', key: '' }), /holds no certificate in PEM/],
    ['that is no key', () => ({ ...ours, key: ours.certificate }), /holds no private key in PEM/],
    ['beside a CA that is none', () => ({ ...ours, ca: 'noise' }), /^The CA’s file holds no certificate/],
    [
      'beside a bundle of CAs of which one is damaged',
      () => ({ ...ours, ca: `${authority}${authority.replace(/\n.{40}/, '\nnoise')}` }),
      /^The CA’s file holds no certificate/,
    ],
  ])('%s are refused with what to do, and no word of the key', (_, texts, what) => {
    const reading = judgePair(texts());
    expect(reading).toEqual({ problem: expect.stringMatching(what) });
    expect(reading).toEqual({ problem: expect.stringMatching(/into the Secret/) });
    expect(JSON.stringify(reading)).not.toContain(ours.key.split('\n')[1]);
  });

  it('do not come into force before they hold, nor after', () => {
    const certificate = certificateOf(ours);
    const at = (ms: number) => dateProblem(certificate, new Date(ms));
    expect(at(Date.now())).toBeUndefined();
    expect(at(certificate.validFrom.getTime() - 1)).toMatch(/^The certificate holds only from /);
    expect(at(certificate.validTo.getTime())).toMatch(/^The certificate ended at /);
  });
});

describe('the files of a mounted Secret', () => {
  const paths = () => {
    const mount = join(directory.path, 'mount');
    return { mount, certificateFile: join(mount, 'tls.crt'), keyFile: join(mount, 'tls.key') };
  };
  const mountFiles = async (files: Readonly<Record<string, string | Buffer>>): Promise<void> => {
    const { mount } = paths();
    await rm(mount, { recursive: true, force: true });
    await mkdir(join(mount, '..2026'), { recursive: true });
    await symlink('..2026', join(mount, '..data'));
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(mount, '..2026', name), content);
      await symlink(join('..data', name), join(mount, name));
    }
  };

  it('are read through its links', async () => {
    await mountFiles({ 'tls.crt': ours.certificate, 'tls.key': ours.key });
    expect(await readCertificate(paths())).toEqual({ state: 'read', texts: ours });
  });

  it.each([
    ['is missing', { 'tls.crt': 'x' }, /tls\.key cannot be read \(ENOENT\)/],
    [
      'is far too large',
      { 'tls.crt': Buffer.alloc(2_000_000), 'tls.key': 'x' },
      /tls\.crt has 2000000 bytes/,
    ],
  ])('of which one %s are said to be unreadable, with what to do', async (_, files, problem) => {
    await mountFiles(files);
    expect(await readCertificate(paths())).toEqual({
      state: 'unreadable',
      problem: expect.stringMatching(problem),
    });
  });
});
