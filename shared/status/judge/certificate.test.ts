import { expect, it } from 'vitest';
import type { CertificateStatus } from '../config-reload.ts';
import type { Fleet } from '../fleet.ts';
import { judge } from '../judge.ts';
import { before, night, quietFleet } from '../testdata/fleet.ts';

const day = 24 * 3_600;
const good: CertificateStatus = { notAfter: before(-30 * day), names: ['orders.shop.svc'], inForce: true };

/** The quiet fleet, where each of `names` says this of its certificate. */
const withCertificate = (certificate: CertificateStatus, names: readonly string[] = ['pg-1']): Fleet => {
  const fleet = quietFleet();
  for (const { name, agents } of fleet.members) {
    const detail = agents.answer?.agents['config-reload']?.detail;
    if (names.includes(name) && detail !== undefined) detail.certificate = certificate;
  }
  return fleet;
};

const found = (certificate: CertificateStatus, names?: readonly string[]) =>
  judge(withCertificate(certificate, names)).findings.map(({ level, id, says, todo }) => [
    level,
    id,
    says,
    todo,
  ]);

it('says nothing of a certificate in force that holds for longer than a week', () => {
  expect(found(good)).toEqual([]);
});

it('takes files that cannot be brought into force as an alarm at once, and tells what to do', () => {
  const problem = 'tls.key is not the key of tls.crt. Correct the Secret.';
  expect(found({ ...good, inForce: false, notInForceSince: before(3), problem })).toEqual([
    [
      'alarm',
      'certificate-refused/pg-1',
      'The newest certificate cannot be used on pg-1: it is not brought into force.',
      problem,
    ],
  ]);
});

it('gives a renewed certificate two minutes to come into force', () => {
  const late = (seconds: number) =>
    found({ ...good, inForce: false, notInForceSince: before(seconds), waitingFor: 'PostgreSQL is silent' });
  expect(late(60)).toEqual([]);
  expect(late(150)).toEqual([
    [
      'alarm',
      'certificate-not-in-force/pg-1',
      'pg-1 does not serve the newest certificate.',
      'PostgreSQL is silent. See Patroni’s and PostgreSQL’s own logs.',
    ],
  ]);
});

it('warns within a week of the end, and calls the end itself an alarm', () => {
  const ending = (seconds: number) => found({ ...good, notAfter: before(-seconds) });
  expect(ending(8 * day)).toEqual([]);
  expect(ending(2 * day)).toMatchObject([
    ['warning', 'certificate-ends-soon/pg-1', expect.stringContaining('2026-03-06'), expect.any(String)],
  ]);
  expect(ending(-60)).toMatchObject([
    ['alarm', 'certificate-ended/pg-1', expect.stringContaining(night.slice(0, 10)), expect.any(String)],
  ]);
});

it('says once what is true of several members', () => {
  expect(found({ ...good, notAfter: before(-day) }, ['pg-0', 'pg-1', 'pg-2'])).toMatchObject([
    ['warning', 'certificate-ends-soon/pg-0+pg-1+pg-2', expect.any(String), expect.any(String)],
  ]);
});
