import { expect, test } from 'vitest';
import type { AuditVerdict } from './audit-verify.ts';
import { auditVerifyText } from './audit-verify-text.ts';
import { styleFor } from './style.ts';

const plain = styleFor({}, {});

const broken: AuditVerdict = {
  store: 's3/audit',
  prefix: 'prod/pg-0',
  whole: false,
  chains: [
    {
      chain: 'pg-0-a',
      whole: true,
      segments: 2,
      records: 9,
      head: { sequence: 2, sha256: 'ab'.repeat(32), sealedAt: '2026-03-04T03:00:00.000Z' },
      tail: 'anchored',
      findings: [],
    },
    {
      chain: 'pg-0-b',
      whole: false,
      segments: 3,
      records: 1,
      head: { sequence: 5, sha256: 'cd'.repeat(32), sealedAt: '2026-03-04T04:00:00.000Z' },
      tail: 'not anchored',
      findings: [
        { sequence: 2, key: 'k2', problem: 'segment-missing', message: 'segment 2 is missing (4 records)' },
        { sequence: 4, key: 'k4', problem: 'segment-altered', message: 'segment 4 was altered' },
      ],
    },
  ],
};

test('says how many chains are not whole, and names the first missing or altered segment as the first', () => {
  expect(auditVerifyText(broken, plain)).toBe(`1 of 2 chains in s3/audit, prod/pg-0, is not whole.
pg-0-a
  2 segments, 9 records proven; head 2, sealed 2026-03-04T03:00:00.000Z
pg-0-b
  3 segments, 1 record proven; head 5, sealed 2026-03-04T04:00:00.000Z
  first: segment 2 is missing (4 records)
  segment 4 was altered
  Its end is not anchored: no agent said how far it goes, so segments cut off at
  the end would not show.
`);
});

test('says in one sentence what was proven when all is whole', () => {
  const whole = { ...broken, whole: true, chains: broken.chains.slice(0, 1) };
  expect(auditVerifyText(whole, plain).split('\n').slice(0, 2).join(' ')).toContain(
    'Nothing is missing or altered: 2 segments with 9 records in 1 chain of s3/audit, prod/pg-0.',
  );
});
