import { agentsCases } from './alert-cases/agents.ts';
import { archiveCases } from './alert-cases/archive.ts';
import { backupsCases } from './alert-cases/backups.ts';
import type { AlertCase, AlertCases } from './alert-cases/model.ts';
import { repositoriesCases } from './alert-cases/repositories.ts';
import { runsCases } from './alert-cases/runs.ts';
import { verifyCases } from './alert-cases/verify.ts';
import {
  ago,
  available,
  checked,
  hour,
  lastSuccess,
  reachable,
  running,
  selector,
  size,
  steady,
} from './alert-series.ts';

/** Of each alert: when it fires, when it does not, and what is said when its series are not there. */
export const alertCases: Readonly<Record<string, AlertCases>> = {
  ...backupsCases,
  ...runsCases,
  ...archiveCases,
  ...repositoriesCases,
  ...verifyCases,
  ...agentsCases,
};

/** A volume that is half full and will be full in a day. */
export const fillingFast: AlertCase = {
  series: { [available]: '4.5e10-1e8x400', [size]: '1e11x400' },
  at: '24h',
};
/** No agent was ever heard of. */
export const nothingAtAll: AlertCase = { series: {}, at: '1h' };
/** An agent that still answers, and whose readings have stopped. */
export const notLookedAt: AlertCase = {
  series: { [lastSuccess('full')]: ago(hour), [reachable()]: steady(1), [checked()]: steady(0) },
  at: '1h',
};
/** One cluster falls silent beside another that does not. */
export const silentBesideAnother: AlertCase = {
  series: {
    [running()]: '0x12 stale',
    [selector('howdah_backup_running', { namespace: 'blog', job: 'blog/posts', stanza: 'main' })]: steady(0),
  },
  at: '2h',
};
