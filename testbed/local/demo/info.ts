import { isPrimary, readCluster } from '../cluster/patroni.ts';
import type { DemoFacts } from './files.ts';

/** What `./dev demo info --json` prints. */
export interface DemoInfo {
  readonly user: string;
  readonly password: string;
  readonly console: string;
  readonly store: string;
  readonly prometheus: string;
  readonly members: readonly (DemoFacts['members'][number] & { readonly role: string })[];
}

/** The facts with each member's role as Patroni sees it now: `primary`, `replica` or `unknown`. */
export const demoInfo = async (facts: DemoFacts, signal: AbortSignal): Promise<DemoInfo> => {
  const urls = facts.members.map((member) => member.patroniUrl);
  const view = await readCluster(urls, signal).catch(() => []);
  const roleOf = (name: string): string => {
    const member = view.find((candidate) => candidate.name === name);
    if (member === undefined) return 'unknown';
    return isPrimary(member) ? 'primary' : member.role;
  };
  const { user, password, console, store, prometheus } = facts;
  const members = facts.members.map(({ name, ...rest }) => ({ name, role: roleOf(name), ...rest }));
  return { user, password, console, store, prometheus, members };
};

/** The same for people. */
export const formatInfo = (info: DemoInfo): string => {
  const primary = info.members.find((member) => member.role === 'primary');
  const psql =
    primary === undefined
      ? 'there is no primary now'
      : `PGPASSWORD=${info.password} psql -h 127.0.0.1 -p ${primary.port} -U ${info.user} postgres`;
  const lines = [
    `console     ${info.console}`,
    `prometheus  ${info.prometheus}`,
    `store       ${info.store}`,
    `superuser   ${psql}`,
  ];
  for (const member of info.members) {
    lines.push(
      '',
      `${member.name} (${member.role})`,
      `  PostgreSQL     127.0.0.1:${member.port}`,
      `  Patroni        ${member.patroniUrl}`,
      `  agents         ${member.agentUrl}  (/status /metrics /healthz /readyz)`,
      `  data           ${member.dataDirectory}`,
      `  logs           ${member.logDirectory}`,
      `  configuration  ${member.configDirectory}`,
    );
  }
  return `${lines.join('\n')}\n`;
};
