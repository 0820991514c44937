import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Authority } from '@howdah/testbed-tools/certificates';
import { Supervisor } from '@howdah/testbed-tools/process/supervisor';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { afterAll, beforeAll, beforeEach, onTestFailed } from 'vitest';
import { parse, stringify } from 'yaml';
import { bundleSuite } from '../bundle.ts';
import { renderConfigReloadYaml } from '../cluster/agent-config/config-reload.ts';
import { Cluster } from '../cluster/cluster.ts';
import { startEtcd } from '../cluster/etcd.ts';
import { type MemberLayout, makeLayout, makePasswords } from '../cluster/layout.ts';
import type { Member } from '../cluster/member.ts';
import { renderMemberConfig, writeMemberFiles } from '../cluster/member-files.ts';
import { writeMountedDirectory } from '../cluster/mounted-directory.ts';
import { startPatroni } from '../cluster/patroni.ts';
import { quickTiming } from '../cluster/patroni-config.ts';
import { portsFrom, requireFreePorts } from '../cluster/ports.ts';
import { clearAway } from '../cluster/start-cluster.ts';
import { startSuite } from '../cluster/suite.ts';
import { ensurePatroni } from '../install/patroni.ts';

/** What a Secret of cert-manager's holds. */
export interface TlsFiles {
  readonly 'tls.crt': string;
  readonly 'tls.key': string;
  readonly 'ca.crt': string;
}

/** The name of the cluster's service, as a certificate carries it; it names no IP address. */
export const serviceName = 'orders.shop.svc';

export interface UsedTlsMember {
  readonly member: () => Member;
  readonly signal: () => AbortSignal;
  /** A new certificate for {@link serviceName}, of the one CA of this file's tests or of another; 0 days: an ended one. */
  issue(by?: string, days?: number): Promise<TlsFiles>;
  /** Swaps the mounted Secret as the kubelet does. */
  mount(files: TlsFiles): Promise<void>;
}

/** One real member whose Patroni and PostgreSQL speak TLS from a mounted Secret, with config-reload beside it. */
export const useTlsMember = (basePort: number): UsedTlsMember => {
  const over = new AbortController();
  const authorities = new Map<string, Authority>();
  let cluster: Cluster | undefined;
  const running = (): Cluster => {
    if (cluster === undefined) throw new Error('the member did not start');
    return cluster;
  };
  const member = (): Member => running().member('pg-0');
  const mountOf = (layout: MemberLayout): string => join(layout.secretsDirectory, 'tls');
  const mount = ({ layout }: Cluster, files: TlsFiles): Promise<void> =>
    writeMountedDirectory(mountOf(member().layout), { ...files }, 0o600, layout.user);

  let issued = 0;
  const issue = async (by = 'ca', days?: number): Promise<TlsFiles> => {
    const directory = join(running().layout.runDirectory, by);
    const authority = authorities.get(by) ?? (await Authority.create(directory));
    authorities.set(by, authority);
    issued += 1;
    const { certificate, key } = await authority.issue({
      name: `server-${issued}`,
      commonName: serviceName,
      alternatives: [`DNS:${serviceName}`],
      ...(days === undefined ? {} : { days }),
    });
    const [crt, keyText, ca] = await Promise.all(
      [certificate, key, authority.certificate].map((path) => readFile(path, 'utf8')),
    );
    return { 'tls.crt': crt ?? '', 'tls.key': keyText ?? '', 'ca.crt': ca ?? '' };
  };

  beforeAll(async () => {
    const workspace = currentWorkspace();
    const ports = portsFrom(basePort);
    const runDir = join(workspace.workRoot, `.e2e-${basePort}`);
    await clearAway(runDir);
    await requireFreePorts(ports, over.signal);
    const layout = await makeLayout(runDir, ports);
    const passwords = makePasswords();
    const supervisor = new Supervisor(layout.recordPath);
    supervisor.remember({ temporary: [layout.socketRoot] });
    cluster = new Cluster(layout, passwords, supervisor);
    const one = member().layout;
    await writeMemberFiles(layout, one, passwords);
    const files = renderMemberConfig(layout, one);
    await writeMountedDirectory(one.configDirectory, {
      'postgresql.conf': files['postgresql.conf'] ?? '',
      'pg_hba.conf': files['pg_hba.conf'] ?? '',
      'config-reload.yaml': renderTlsConfig(one, mountOf(one)),
    });
    await mount(cluster, await issue());
    await startEtcd(supervisor, layout, over.signal);
    const patroni = await startPatroni(supervisor, layout, one, {
      passwords,
      timing: quickTiming,
      patroni: await ensurePatroni(workspace, () => undefined),
      tls: { certificateFile: join(mountOf(one), 'tls.crt'), keyFile: join(mountOf(one), 'tls.key') },
    });
    await waitFor(
      'the application’s database',
      async () => (await member().query("SELECT FROM pg_database WHERE datname = 'app'")).length === 1,
      {
        deadlineMs: 60_000,
        signal: over.signal,
        alive: () => patroni.running,
        explain: () => patroni.logTail(),
      },
    );
    await startSuite(supervisor, layout, one, await bundleSuite(workspace));
  });

  beforeEach(() => {
    onTestFailed(async () => {
      for (const part of [member().suite, member().patroni])
        process.stderr.write(`--- ${part.id}\n${await part.logTail(25)}\n`);
    });
  });

  afterAll(async () => {
    over.abort();
    await cluster?.stop();
  });

  return { member, signal: () => over.signal, issue, mount: (files) => mount(running(), files) };
};

const renderTlsConfig = (member: MemberLayout, mount: string): string => {
  const plain = parse(renderConfigReloadYaml(member));
  return stringify({
    ...plain,
    patroni: {
      ...plain.patroni,
      url: `https://127.0.0.1:${member.ports.patroni}`,
      caFile: join(mount, 'ca.crt'),
      serverName: serviceName,
    },
    certificate: { certificateFile: join(mount, 'tls.crt'), keyFile: join(mount, 'tls.key') },
  });
};
