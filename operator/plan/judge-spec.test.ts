import { expect, it } from 'vitest';
import { wantedWith } from '../testing/wanted.ts';
import { judgeSpec } from './judge-spec.ts';

const tls = { secretName: 'orders-tls' };
const certificate = expect.stringMatching(/^spec.tls.secretName: there is no Secret orders-tls/);
const image = expect.stringMatching(/^spec.postgres.version/);
const ofExporter = { agent: 'exporter', config: {} } as const;

const judged = (
  spec: object,
  served: readonly (string | undefined)[] = [undefined],
  problems: string[] = [],
) =>
  judgeSpec(wantedWith(spec, { served }), [{ ...ofExporter, problems }], {
    ...{ storageClasses: new Map([['fast', { isDefault: true }]]), claims: new Map() },
  });

it('finds nothing wrong with a cluster that can be', () => {
  expect(judged({})).toEqual({ refusals: [], configProblems: [], wrongCertificate: [] });
});

it('refuses a certificate that not every member has yet', () => {
  const refused = { refusals: [certificate], configProblems: [], wrongCertificate: [certificate] };
  expect(judged({ tls }, [])).toEqual(refused);
  expect(judged({ tls })).toEqual(refused);
  expect(judged({ tls }, ['orders-tls', 'former-tls'])).toEqual(refused);
});

it('lets a cluster run on with the one that all members have, and says what is wrong with the Secret’s', () => {
  const told = { configProblems: [certificate], wrongCertificate: [certificate] };
  expect(judged({ tls }, ['orders-tls'])).toEqual({ ...told, refusals: [] });
  const refusedToo = { tls, postgres: { version: 15 } };
  expect(judged(refusedToo, ['orders-tls'])).toEqual({ ...told, refusals: [image] });
});

it('refuses no cluster for a parameter, nor for a window or a part of an agent', () => {
  const window = { cron: 'at night, please', durationMinutes: 60, timeZone: 'UTC' };
  const spec = {
    postgres: { version: 17, parameters: { archive_mode: 'off' } },
    updates: { pods: 'window', window },
  };
  expect(judged(spec, [undefined], ['spec.exporter.port: a number'])).toEqual({
    refusals: [],
    configProblems: [
      expect.stringMatching(/^spec.postgres.parameters.archive_mode: belongs to the operator/),
      expect.stringMatching(/^spec.updates.window.cron: /),
      'spec.exporter.port: a number',
    ],
    wrongCertificate: [],
  });
});
