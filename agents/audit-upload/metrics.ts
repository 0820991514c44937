import { Counter, Gauge, type Registry } from 'prom-client';

export const uploadOutcomes = ['stored', 'exists', 'failed'] as const;
export const proofOutcomes = ['proven', 'absent', 'differs', 'failed'] as const;

export interface Metrics {
  readonly recordsCollected: Counter;
  readonly recordsProven: Counter;
  readonly recordsRaw: Counter;
  readonly openRecords: Gauge;
  readonly openBytes: Gauge;
  readonly backlogSegments: Gauge;
  readonly backlogRecords: Gauge;
  readonly backlogBytes: Gauge;
  readonly backlogFull: Gauge;
  readonly lagSeconds: Gauge;
  readonly chainHead: Gauge;
  readonly lastProven: Gauge;
  readonly uploads: Counter<'outcome'>;
  readonly proofs: Counter<'outcome'>;
}

export const createMetrics = (registry: Registry): Metrics => {
  const registers = [registry];
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `howdah_audit_upload_${name}`, help, registers });
  const counter = (name: string, help: string) =>
    new Counter({ name: `howdah_audit_upload_${name}`, help, registers });
  const byOutcome = (name: string, help: string, outcomes: readonly string[]) => {
    const labelled = new Counter({
      name: `howdah_audit_upload_${name}`,
      help,
      labelNames: ['outcome'] as const,
      registers,
    });
    for (const outcome of outcomes) labelled.inc({ outcome }, 0);
    return labelled;
  };
  const lastProven = gauge(
    'last_proven_timestamp_seconds',
    'When a segment was last read back from the store; absent before the first.',
  );
  // Absent is never 0: prom-client would export 0 for a gauge that nobody has set.
  lastProven.remove();
  return {
    recordsCollected: counter(
      'records_collected_total',
      'Audit records taken from the log into this chain, over restarts.',
    ),
    recordsProven: counter(
      'records_proven_total',
      'Of those, in segments that were read back from the store, over restarts.',
    ),
    recordsRaw: counter(
      'records_raw_total',
      'Of those collected, kept as they stand because they could not be read as records, over restarts.',
    ),
    openRecords: gauge('open_records', 'Records in the segment that is not yet sealed.'),
    openBytes: gauge('open_bytes', 'Bytes in the segment that is not yet sealed.'),
    backlogSegments: gauge('backlog_segments', 'Sealed segments not yet proven to be in the store.'),
    backlogRecords: gauge('backlog_records', 'Records in sealed segments not yet proven to be in the store.'),
    backlogBytes: gauge('backlog_bytes', 'Bytes of sealed segments not yet proven to be in the store.'),
    backlogFull: gauge(
      'backlog_full',
      '1 while the backlog has reached backlog.maxBytes and nothing more is taken from the log.',
    ),
    lagSeconds: gauge(
      'lag_seconds',
      'Age of the oldest record that is not proven to be in the store, since it was taken from the log; 0 when there is none.',
    ),
    chainHead: gauge(
      'chain_head_sequence',
      'Number of the newest segment that was read back from the store; 0 before the first of the chain.',
    ),
    lastProven,
    uploads: byOutcome('uploads_total', 'Uploads of segments and manifests.', uploadOutcomes),
    proofs: byOutcome('proofs_total', 'Readings back of segments and manifests.', proofOutcomes),
  };
};
