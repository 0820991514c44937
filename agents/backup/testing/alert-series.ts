/** What the agents of a cluster of two show to Prometheus, in promtool's notation. */

export const cluster = { namespace: 'shop', job: 'shop/orders', stanza: 'main' };
export const server = { namespace: 'shop', job: 'shop/orders' };

export const selector = (name: string, labels: Readonly<Record<string, string>>): string =>
  `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(',')}}`;

/** A series of one member's agent. */
export const of = (name: string, labels: Readonly<Record<string, string>> = {}, pod = 'orders-0'): string =>
  selector(`howdah_backup_${name}`, { ...cluster, pod, ...labels });
/** A series without a stanza: the exporter's, and counters. */
export const ofServer = (
  name: string,
  labels: Readonly<Record<string, string>> = {},
  pod = 'orders-0',
): string => selector(name, { ...server, pod, ...labels });

/** The same value for twelve hours. */
export const steady = (value: number): string => `${value}x144`;
export const hour = 3_600;
export const day = 24 * hour;
/** Prometheus begins at 0 here: what ended before has a negative time. */
export const ago = (seconds: number): string => steady(-seconds);

export const lastSuccess = (type: string, pod?: string) =>
  of('last_success_timestamp_seconds', { type, repo: '1' }, pod);
export const reachable = (pod?: string) => of('repo_reachable', { repo: '1' }, pod);
export const refused = (pod?: string) => of('repo_refused', { repo: '1' }, pod);
export const checked = (pod?: string) => of('repo_checked_timestamp_seconds', { repo: '1' }, pod);
export const overdue = (pod?: string) => of('overdue_seconds', { schedule: 'nightly', repo: '1' }, pod);
export const running = (pod?: string) => of('running', {}, pod);
export const runs = (type: string, outcome: string, pod?: string) =>
  ofServer('howdah_backup_runs_total', { type, outcome }, pod);
export const hookFailures = (when: string, pod?: string) =>
  ofServer('howdah_backup_hook_failures_total', { when }, pod);
export const configurationWritten = (pod?: string) => of('configuration_written', {}, pod);
export const ownCopy = (repo: string, pod?: string) => of('repo_own_copy', { repo }, pod);
export const standbyLeader = (pod?: string) => of('role', { role: 'standby_leader' }, pod);
export const available = of('repo_volume_available_bytes', { repo: '1' });
export const size = of('repo_volume_size_bytes', { repo: '1' });
export const verifyValid = (pod?: string) => of('verify_last_valid', { repo: '1' }, pod);
export const verifyOverdue = (pod?: string) => of('verify_overdue_seconds', { repo: '1' }, pod);
