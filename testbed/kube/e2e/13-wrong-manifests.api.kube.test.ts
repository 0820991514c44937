import { startKube } from '@howdah/testbed-kube/cluster';
import type { KubeCluster } from '@howdah/testbed-kube/kube-cluster';
import { beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';

const signal = AbortSignal.timeout(600_000);
let kube: KubeCluster;
beforeAll(async () => {
  kube = await startKube({ signal, tell: (line) => void process.stderr.write(`${line}\n`) });
});

const apply = (manifest: object): Promise<string> =>
  kube.kubectl(['apply', '--dry-run=server', '-f', '-'], signal, { input: stringify(manifest) });

const cluster = (spec: object, name = 'orders') => ({
  ...{ apiVersion: 'howdah.dev/v1alpha1', kind: 'PostgresCluster', metadata: { name } },
  spec: { postgres: { version: 17 }, storage: { data: { size: '1Gi' } }, ...spec },
});
const of = (kind: 'PostgresBackup' | 'PostgresAction', spec: object) => ({
  ...{ apiVersion: 'howdah.dev/v1alpha1', kind, metadata: { name: 'one' } },
  spec: { cluster: 'orders', ...spec },
});
const repository = (more: object) => ({ backup: { repositories: [{ name: 'repo1', ...more }] } });
const s3 = { bucket: 'backups', endpoint: 's3.example.com', credentialsSecret: 's3' };
const schedule = (more: object) => ({
  backup: { schedules: [{ id: 'daily', type: 'full', cron: '0 1 * * *', ...more }] },
});

it('takes a manifest that is right', async () => {
  expect(await apply(cluster({ ...repository({ s3 }) }))).toContain('created (server dry run)');
});

describe('O04: a wrong manifest is refused with the field and the reason', () => {
  it.each<[string, object, RegExp]>([
    [
      'no spec',
      { apiVersion: 'howdah.dev/v1alpha1', kind: 'PostgresCluster', metadata: { name: 'a' } },
      /spec: Required/,
    ],
    ['a misspelt key', cluster({ instnaces: 3 }), /unknown field "spec.instnaces"/],
    [
      'a misspelt key of an agent',
      cluster({ exporter: { intervalSecond: 5 } }),
      /unknown field "spec.exporter.intervalSecond"/,
    ],
    ['a name that is too long', cluster({}, 'a'.repeat(41)), /metadata.name: at most 40 characters/],
    ['no version', cluster({ postgres: {} }), /spec.postgres.version: Required/],
    [
      'a version that is not there',
      cluster({ postgres: { version: 14 } }),
      /spec.postgres.version: Unsupported value: 14/,
    ],
    ['a version as a text', cluster({ postgres: { version: '17' } }), /spec.postgres.version.*integer/],
    ['no storage', { ...cluster({}), spec: { postgres: { version: 17 } } }, /spec.storage: Required/],
    ['no size', cluster({ storage: { data: {} } }), /spec.storage.data.size: Required/],
    [
      'a size that is none',
      cluster({ storage: { data: { size: 'much' } } }),
      /spec.storage.data.size: .*"much"/,
    ],
    ['no instance', cluster({ instances: 0 }), /spec.instances: .* greater than or equal to 1/],
    ['too many', cluster({ instances: 21 }), /spec.instances: .* less than or equal to 20/],
    ['instances as a text', cluster({ instances: 'three' }), /spec.instances.*integer/],
    [
      'a parameter that is a switch',
      cluster({ postgres: { version: 17, parameters: { fsync: true } } }),
      /spec.postgres.parameters.fsync/,
    ],
    [
      'a repository without a store',
      cluster(repository({})),
      /repositories\[0\]: .*exactly one of s3, azure, gcs, volume/,
    ],
    [
      'one with two',
      cluster(repository({ s3, volume: { claimName: 'c' } })),
      /exactly one of s3, azure, gcs, volume/,
    ],
    [
      'one with another name',
      cluster({ backup: { repositories: [{ name: 'repo5', s3 }] } }),
      /repositories\[0\].name: .*repo5/,
    ],
    [
      'the same twice',
      cluster({
        backup: {
          repositories: [
            { name: 'repo1', s3 },
            { name: 'repo1', s3 },
          ],
        },
      }),
      /Duplicate value/,
    ],
    [
      'a store without a bucket',
      cluster(repository({ s3: { ...s3, bucket: undefined } })),
      /s3.bucket: Required/,
    ],
    [
      'a schedule of another type',
      cluster(schedule({ type: 'whole' })),
      /schedules\[0\].type: Unsupported value: "whole"/,
    ],
    ['a schedule without a time', cluster(schedule({ cron: undefined })), /schedules\[0\].cron: Required/],
    [
      'a schedule with a strange id',
      cluster(schedule({ id: 'Every Day' })),
      /schedules\[0\].id: .*Every Day/,
    ],
    [
      'a retention of nothing',
      cluster({ backup: { retention: { full: 0 } } }),
      /retention.full: .* greater than or equal to 1/,
    ],
    [
      'an interval that is too short',
      cluster({ exporter: { intervalSeconds: 0 } }),
      /exporter.intervalSeconds/,
    ],
    ['a role that is ours', cluster({ users: [{ name: 'howdah_monitor' }] }), /are not for applications/],
    ['the superuser as a role', cluster({ users: [{ name: 'postgres' }] }), /are not for applications/],
    [
      'an attribute that is none',
      cluster({ users: [{ name: 'a', options: ['ROOT'] }] }),
      /options\[0\]: Unsupported value: "ROOT"/,
    ],
    [
      'a password that ends some day',
      cluster({ users: [{ name: 'a', validUntil: 'some day' }] }),
      /validUntil.*date-time/,
    ],
    [
      'a window without its policy',
      cluster({ updates: { window: { cron: '0 3 * * 0' } } }),
      /window together with pods: window/,
    ],
    [
      'a policy without its window',
      cluster({ updates: { pods: 'window' } }),
      /window together with pods: window/,
    ],
    [
      'another kind of service',
      cluster({ services: { primary: { type: 'Ingress' } } }),
      /services.primary.type: Unsupported/,
    ],
    ['an action without a kind', of('PostgresAction', {}), /spec.type: Required/],
    ['a failover to nobody', of('PostgresAction', { type: 'failover' }), /failover needs a candidate/],
    [
      'a candidate for a restart',
      of('PostgresAction', { type: 'restart', candidate: 'b' }),
      /candidate is for switchover and failover/,
    ],
    ['data anew for nobody', of('PostgresAction', { type: 'reinitialize' }), /reinitialize needs a member/],
    ['a backup of no cluster', of('PostgresBackup', { cluster: undefined }), /spec.cluster: Required/],
  ])('%s', async (_what, manifest, expected) => {
    const answer = await apply(JSON.parse(JSON.stringify(manifest)) as object).catch(String);
    expect(answer).toMatch(expected);
  });
});

describe('kubectl explain tells of each key what it is for', () => {
  it.each<[string, RegExp]>([
    ['pgc.spec.backup', /Backups: repositories, retention, and everything of backup\.yaml/],
    ['pgc.spec.backup.repositories', /Where backups and WAL go/],
    ['pgc.spec.backup.schedules.cron', /Five cron fields on the clocks of `timeZone`/],
    ['pgc.spec.exporter.intervalSeconds', /Time from the start of one cycle to the next/],
    ['pgc.spec.logs.sinks.file.path', /The file; only this agent may write there/],
    ['pgc.spec.users.secretName', /Secret with its password and addresses/],
    ['pgc.status.conditions', /What is so, and why/],
    ['pga.spec.type', /`reinitialize`: `member` gets its data anew/],
  ])('%s', async (path, expected) => {
    const told = await kube.kubectl(['explain', path], signal);
    const [description = ''] = (told.split('DESCRIPTION:')[1] ?? '').split('\nFIELDS:');
    expect(description.replaceAll(/\s+/g, ' '), told).toMatch(expected);
  });
});
