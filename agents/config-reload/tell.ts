import type { Logger } from '@howdah/runtime/logger';
import type { ConfigReloadStatus } from '@howdah/status/config-reload';

/** Says in the log what changed from one look to the next, and nothing when nothing did. */
export interface Teller {
  tell(status: ConfigReloadStatus): void;
}

export const createTeller = (logger: Logger): Teller => {
  const last = new Map<string, string>();
  /** Calls `say` when `content` is other than last time; an empty one is only noted. */
  const onChange = (topic: string, content: unknown, isEmpty: boolean, say: (before: boolean) => void) => {
    const key = isEmpty ? '' : JSON.stringify(content);
    const before = last.get(topic) ?? '';
    if (key === before) return;
    last.set(topic, key);
    if (!isEmpty || before !== '') say(!isEmpty);
  };

  const tellCertificate = (certificate: ConfigReloadStatus['certificate']): void => {
    const { inForce = false, notAfter, names, problem, waitingFor } = certificate ?? {};
    onChange('certificate refused', problem, problem === undefined, (wrong) => {
      if (wrong) logger.error({ problem }, 'certificate refused');
      else logger.info('certificate is right again');
    });
    onChange('certificate waits', 'waits', waitingFor === undefined, (waits) => {
      if (waits) logger.info({ waitingFor }, 'certificate not in force yet');
    });
    // One that is on its way, or refused, changes nothing of the one before.
    if (inForce)
      onChange('certificate', { notAfter, names }, false, () =>
        logger.info({ notAfter, names }, 'certificate in force'),
      );
  };

  return {
    tell: (status) => {
      const { phase, waitingFor, problems, appliedDigest, pendingRestart, drift, awaiting = [] } = status;
      tellCertificate(status.certificate);
      onChange('waiting', waitingFor, phase !== 'waiting', (waits) => {
        if (waits) logger.warn({ waitingFor }, 'waiting');
        else logger.info('no longer waiting');
      });
      // What was seen before an outage is still what was told last.
      if (phase === 'waiting') return;
      onChange('problems', problems, problems.length === 0, (wrong) => {
        if (wrong) logger.error({ problems, runsOn: appliedDigest ?? 'what was there' }, 'files refused');
        else logger.info('files are right again');
      });
      onChange('applied', appliedDigest, appliedDigest === undefined, () =>
        logger.info({ digest: appliedDigest }, 'files in force'),
      );
      onChange('awaiting', awaiting, awaiting.length === 0, (waits) => {
        if (waits) logger.info({ settings: awaiting }, 'cluster-wide settings on their way through Patroni');
        else logger.info('cluster-wide settings have arrived');
      });
      onChange('pending', pendingRestart.map(withoutSince), pendingRestart.length === 0, (pending) => {
        if (pending) logger.warn({ settings: pendingRestart }, 'settings wait for a restart');
        else logger.info('no setting waits for a restart any more');
      });
      onChange('drift', drift.map(withoutSince), drift.length === 0, (drifted) => {
        if (drifted) logger.warn({ settings: drift }, 'settings differ from the files');
        else logger.info('settings are as the files say again');
      });
    },
  };
};

const withoutSince = ({ since: _, ...difference }: { readonly since: string }): object => difference;
