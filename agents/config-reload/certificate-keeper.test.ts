import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificate, CertificateTexts } from '@howdah/core/certificate';
import { HowdahError } from '@howdah/core/errors';
import { Authority } from '@howdah/testbed-tools/certificates';
import { fakeClock } from '@howdah/testing/fake-clock';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { beforeAll, expect, it } from 'vitest';
import { judgePair } from './certificate.ts';
import { CertificateKeeper } from './certificate-keeper.ts';
import type { InForce } from './remembered-certificate.ts';
import type { Served } from './served-certificate.ts';

const never = new AbortController().signal;
const refused = new HowdahError({ code: 'X', meaning: '', remedy: '', retry: 'backoff' }, 'wrong password');

let before: CertificateTexts;
let renewed: CertificateTexts;
beforeAll(async () => {
  await using directory = await temporaryDirectory();
  const authority = await Authority.create(join(directory.path, 'ca'));
  const issue = async (name: string): Promise<CertificateTexts> => {
    const pair = await authority.issue({ name, commonName: name });
    const [certificate, key, ca] = await Promise.all(
      [pair.certificate, pair.key, authority.certificate].map((path) => readFile(path, 'utf8')),
    );
    return { certificate: certificate ?? '', key: key ?? '', ca: ca ?? '' };
  };
  before = await issue('before');
  renewed = await issue('renewed');
});

const certificateOf = (texts: CertificateTexts): Certificate => {
  const reading = judgePair(texts);
  if ('problem' in reading) throw new Error(reading.problem);
  return reading.certificate;
};
const serving = (texts: CertificateTexts): Served => ({ state: 'serves', certificate: certificateOf(texts) });
const inForceOf = (texts: CertificateTexts): InForce => ({
  fingerprint: certificateOf(texts).fingerprint,
  ca: texts.ca,
});
const silent: Served = { state: 'silent', why: 'does not answer' };

/** The keeper between files and two ports, which serve what the test says. */
const keeperOf = (mounted: CertificateTexts, rest: Served, postgres = rest) => {
  const world = {
    clock: fakeClock(new Date().toISOString()),
    mounted,
    rest,
    postgres,
    reloads: 0,
    reloadFails: false,
    inForce: undefined as InForce | undefined,
  };
  const keeper = new CertificateKeeper({
    read: async () => ({ state: 'read', texts: world.mounted }),
    places: [
      { name: 'PostgreSQL', served: async () => world.postgres },
      { name: 'Patroni’s REST API', served: async () => world.rest },
    ],
    reload: async () => {
      if (world.reloadFails) throw refused;
      world.reloads += 1;
    },
    remembered: {
      read: async () => world.inForce,
      write: async (inForce) => {
        world.inForce = inForce;
      },
    },
    clock: world.clock,
    random: () => 1,
  });
  return { world, look: () => keeper.look(never) };
};

it('leaves alone what is in force, also when it has just started', async () => {
  const { world, look } = keeperOf(before, serving(before));
  expect(await look()).toEqual({
    status: {
      notAfter: certificateOf(before).validTo.toISOString(),
      names: ['before'],
      inForce: true,
    },
    onItsWay: false,
  });
  expect(world.reloads).toBe(0);
});

it('orders one reload for a renewed certificate, and calls it in force when both ports serve it', async () => {
  const { world, look } = keeperOf(renewed, serving(before));
  const ordered = await look();
  expect(ordered).toMatchObject({ onItsWay: true, status: { inForce: false, names: ['before'] } });
  expect(ordered.status.waitingFor).toMatch(
    /^PostgreSQL still serves one .*; Patroni’s REST API still serves/,
  );
  world.postgres = serving(renewed);
  await world.clock.advance(5_000);
  const half = await look();
  expect(half.status.waitingFor).toMatch(/^Patroni’s REST API still serves one that ends at [^;]*$/);
  expect(half.status.notInForceSince).toBe(ordered.status.notInForceSince);
  expect(world.reloads).toBe(1);
  world.rest = serving(renewed);
  expect(await look()).toMatchObject({ onItsWay: false, status: { inForce: true, names: ['renewed'] } });
});

it('asks again when a reload has not shown, less and less often', async () => {
  const { world, look } = keeperOf(renewed, serving(before));
  for (let second = 0; second < 100; second += 1) {
    await look();
    await world.clock.advance(1_000);
  }
  // After 0, 20 and 60 s.
  expect(world.reloads).toBe(3);
});

it('does not bring a pair into force that does not match, and tells why', async () => {
  const { world, look } = keeperOf({ ...renewed, key: before.key }, serving(before));
  const { status, onItsWay } = await look();
  expect(status).toMatchObject({
    inForce: false,
    names: ['before'],
    problem: expect.stringMatching(/^The key/),
  });
  expect(status.waitingFor).toBeUndefined();
  expect([world.reloads, onItsWay]).toEqual([0, false]);
});

it('does not bring an ended certificate into force, and says nothing of the files of one that ended in force', async () => {
  const { world, look } = keeperOf(renewed, serving(before));
  await world.clock.advance(40 * 24 * 3_600_000);
  expect((await look()).status.problem).toMatch(/^The certificate ended at/);
  expect(world.reloads).toBe(0);
  world.rest = serving(renewed);
  world.postgres = world.rest;
  expect((await look()).status).toMatchObject({ inForce: true });
});

it('orders nothing while nobody serves another certificate: a server that starts reads the files by itself', async () => {
  const { world, look } = keeperOf(renewed, silent);
  expect(await look()).toMatchObject({
    onItsWay: false,
    status: { inForce: false, names: ['renewed'], waitingFor: expect.stringMatching(/does not answer/) },
  });
  expect(world.reloads).toBe(0);
});

it('says that a reload cannot be ordered, and tries again at the next look', async () => {
  const { world, look } = keeperOf(renewed, serving(before));
  world.reloadFails = true;
  expect((await look()).status.waitingFor).toMatch(/the reload cannot be ordered: wrong password/);
  world.reloadFails = false;
  await look();
  expect(world.reloads).toBe(1);
});

it('remembers the certificate and the CA in force, and orders a reload when it alone has changed', async () => {
  const { world, look } = keeperOf(before, serving(before));
  await look();
  expect(world.inForce).toEqual(inForceOf(before));
  world.mounted = { ...before, ca: `${before.ca}${renewed.certificate}` };
  expect((await look()).status.inForce).toBe(true);
  expect([world.reloads, world.inForce]).toEqual([1, inForceOf(world.mounted)]);
  await look();
  expect(world.reloads).toBe(1);
});

it('keeps what it remembers while a certificate of the next one is on its way', async () => {
  const { world, look } = keeperOf(before, serving(before));
  await look();
  world.mounted = { ...renewed, ca: renewed.certificate };
  await look();
  expect(world.inForce).toEqual(inForceOf(before));
  world.rest = serving(renewed);
  world.postgres = world.rest;
  await look();
  expect([world.inForce, world.reloads]).toEqual([inForceOf(world.mounted), 1]);
});

it('brings a pair without a CA into force, and remembers it', async () => {
  const { ca: _, ...withoutCa } = renewed;
  const { world, look } = keeperOf(withoutCa, serving(before));
  await look();
  world.rest = serving(renewed);
  world.postgres = world.rest;
  expect((await look()).status.inForce).toBe(true);
  expect([world.inForce, world.reloads]).toEqual([inForceOf(withoutCa), 1]);
});

it('asks for nothing when a CA goes or comes alone', async () => {
  const { world, look } = keeperOf(before, serving(before));
  await look();
  const { ca: _, ...withoutCa } = before;
  for (const mounted of [withoutCa, { ...before, ca: renewed.certificate }]) {
    world.mounted = mounted;
    expect((await look()).status).toMatchObject({ inForce: true });
    expect([world.inForce, world.reloads]).toEqual([inForceOf(mounted), 0]);
  }
});
