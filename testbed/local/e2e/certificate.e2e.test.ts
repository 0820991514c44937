import { X509Certificate } from 'node:crypto';
import type { CertificateStatus } from '@howdah/status/config-reload';
import { status as statusSchema } from '@howdah/status/status';
import { getJson, getText } from '@howdah/testbed-tools/http';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { ourselves, runAs } from '@howdah/testing/run-as';
import { expect, it } from 'vitest';
import { serviceName, type TlsFiles, useTlsMember } from './use-tls-member.ts';

const { member, signal, issue, mount } = useTlsMember(24_480);

const fingerprintOf = (pem: string): string => new X509Certificate(pem).fingerprint256;

/** What a port shows to somebody who is none of ours. */
const shownAt = async (port: number, how: readonly string[] = []): Promise<string> => {
  const { stdout } = await runAs(ourselves(), 'openssl', [
    ...['s_client', '-connect', `127.0.0.1:${port}`, ...how],
  ]);
  return fingerprintOf(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/.exec(stdout)?.[0] ?? '');
};
const shown = async () => ({
  patroni: await shownAt(member().layout.ports.patroni),
  postgres: await shownAt(member().layout.ports.postgres, ['-starttls', 'postgres']),
});
const bothShow = (files: TlsFiles) => ({
  patroni: fingerprintOf(files['tls.crt']),
  postgres: fingerprintOf(files['tls.crt']),
});

const until = (what: string, look: (certificate: CertificateStatus) => boolean): Promise<CertificateStatus> =>
  waitFor(
    what,
    async (s) => {
      const { agents } = statusSchema.parse(await getJson(`${member().agentUrl}/status`, s));
      const certificate = agents['config-reload']?.detail?.certificate;
      return certificate !== undefined && look(certificate) && certificate;
    },
    { deadlineMs: 30_000, signal: signal(), explain: () => member().suite.logTail(20) },
  );

const untilServed = (files: TlsFiles) =>
  waitFor(
    'both ports to serve the certificate',
    async () => JSON.stringify(await shown()) === JSON.stringify(bothShow(files)),
    { deadlineMs: 20_000, signal: signal(), explain: () => member().suite.logTail(20) },
  );

/** In force as the agent says, which it may also say of the certificate before. */
const untilInForce = async (files: TlsFiles): Promise<CertificateStatus> => {
  const { validTo } = new X509Certificate(files['tls.crt']);
  await untilServed(files);
  const notAfter = new Date(validTo).toISOString();
  return until('its word for it', (now) => now.inForce && now.notAfter === notAfter);
};

const moments = async () => {
  const [row] = await member().query<{ started: string; loaded: string }>(
    'SELECT pg_postmaster_start_time()::text AS started, pg_conf_load_time()::text AS loaded',
  );
  if (row === undefined) throw new Error('a row');
  return row;
};

const agentsAgain = async (): Promise<void> => {
  member().suite.kill('SIGKILL');
  await waitFor('the agents to be gone', async () => !member().suite.running, {
    deadlineMs: 5_000,
    signal: signal(),
  });
  member().suite.start();
};

let renewed: TlsFiles;

it('the certificate of the start is in force, although Patroni is asked at an IP that it does not name', async () => {
  expect(await until('the first look', ({ inForce }) => inForce)).toEqual({
    names: [serviceName],
    notAfter: expect.any(String),
    inForce: true,
  });
});

it('a renewed one is served by both ports within seconds, and nothing restarts', async () => {
  const { started } = await moments();
  const { pid } = member().patroni;
  renewed = await issue();
  await mount(renewed);
  await untilInForce(renewed);
  expect((await moments()).started).toBe(started);
  expect(member().patroni.pid).toBe(pid);
  const metrics = await getText(`${member().agentUrl}/metrics`, signal());
  expect(metrics).toMatch(/^howdah_config_reload_certificate_in_force\S* 1$/m);
  expect(metrics).toMatch(/^howdah_config_reload_certificate_expiry_timestamp_seconds\S* \d/m);
});

it('a pair that does not match is not reloaded, and the one before serves on, also when the agents restart', async () => {
  const before = await moments();
  const mismatched = { ...(await issue()), 'tls.key': (await issue())['tls.key'] };
  await mount(mismatched);
  const wrong = await until('the refusal', ({ problem }) => problem !== undefined);
  expect(wrong).toMatchObject({ inForce: false, problem: expect.stringMatching(/^The key is not the cert/) });
  await agentsAgain();
  await until('the refusal again', ({ problem }) => problem !== undefined);
  expect(await shown()).toEqual(bothShow(renewed));
  expect(await moments()).toEqual(before);
  const said = await member().suite.logTail(1_000);
  expect(said).toMatch(/certificate refused/);
  expect(said).not.toContain(mismatched['tls.key'].split('\n')[1]);
});

it('a certificate of another CA is in force too: Patroni is trusted by the CA of before until it has reloaded', async () => {
  const { started } = await moments();
  const files = await issue('another-ca');
  await mount(files);
  await untilInForce(files);
  expect((await moments()).started).toBe(started);
});

it('one that has ended in force is renewed by the agents, who know it', async () => {
  const { started } = await moments();
  const ended = await issue('another-ca', 0);
  await mount(ended);
  await until('the refusal', ({ problem }) => problem?.startsWith('The certificate ended') ?? false);
  // In place of time; the agents order no reload of this one.
  member().patroni.kill('SIGHUP');
  await untilServed(ended);
  // They look when they start, and otherwise each half minute.
  await agentsAgain();
  await untilInForce(ended);
  const files = await issue('another-ca');
  await mount(files);
  await untilInForce(files);
  expect((await moments()).started).toBe(started);
});
