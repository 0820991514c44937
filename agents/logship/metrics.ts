import { severities } from '@howdah/pglog/severity';
import { Counter, Gauge, type Registry } from 'prom-client';
import { type Counts, totalSeverities } from './count.ts';

/** What is exported of the counts: never more than a checkpoint holds, so no value ever goes back. */
export interface DurableCounts {
  readonly counts: Counts;
  /** By sink id: records that it has taken. */
  readonly sinks: ReadonlyMap<string, number>;
}

export interface Metrics {
  /** Called after each checkpoint, and once after a start with what the last one held. */
  publish(durable: DurableCounts): void;
  readonly backlog: Gauge;
  readonly files: Gauge;
  readonly volumeAvailable: Gauge;
  readonly checkpoints: Counter;
  readonly lastCheckpoint: Gauge;
  readonly lostBytes: Counter;
  readonly sinkUp: Gauge<'sink'>;
  readonly sinkFailures: Counter<'sink'>;
}

/** Why a record may be refused. The sinks of today take every line. */
const rejectionReasons = ['refused_by_sink'] as const;

export const createMetrics = (registry: Registry): Metrics => {
  const registers = [registry];
  let durable: DurableCounts | undefined;
  /** A counter whose value is read from the last checkpoint whenever it is scraped. */
  const restored = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    read: (from: DurableCounts) => Iterable<readonly [Partial<Record<Label, string>>, number]>,
  ) =>
    new Counter<Label>({
      name,
      help,
      labelNames: [...labelNames],
      registers,
      collect() {
        this.reset();
        if (durable === undefined) return;
        for (const [labels, value] of read(durable)) this.inc(labels, value);
      },
    });
  /** Without labels prom-client would export 0 before anything is known. */
  const absentAtFirst = (name: string, help: string): Gauge => {
    const gauge = new Gauge({ name, help, registers });
    gauge.remove({});
    return gauge;
  };
  const plain = (name: string, help: string, read: (counts: Counts) => number) =>
    restored<never>(name, help, [], ({ counts }) => [[{}, read(counts)]]);

  restored(
    'postgres_severity',
    'Records of PostgreSQL’s log by severity and log file, each counted exactly once; files that grew longest ago leave when there are more than maxFileSeries.',
    ['severity', 'file'],
    ({ counts }) =>
      counts.files.flatMap(({ file, severities: seen }) =>
        severities.map((severity) => [{ severity, file }, seen[severity] ?? 0] as const),
      ),
  );
  restored(
    'howdah_logship_records_by_severity_total',
    'Records of PostgreSQL’s log by severity over all files: the one to alert on, for its series never leave.',
    ['severity'],
    ({ counts }) => {
      const total = totalSeverities(counts);
      return severities.map((severity) => [{ severity }, total[severity] ?? 0] as const);
    },
  );
  plain(
    'howdah_logship_records_read_total',
    'Records read. Each left by one door: the sum of shipped (by one sink), raw and rejected.',
    ({ read }) => read,
  );
  restored(
    'howdah_logship_records_shipped_total',
    'Parsed records that the sink has taken; at most those of the last checkpoint interval twice after a crash, with the same ids.',
    ['sink'],
    ({ sinks }) => [...sinks].map(([sink, shipped]) => [{ sink }, shipped] as const),
  );
  plain(
    'howdah_logship_records_raw_total',
    'Pieces of the log that are no record, shipped as they are.',
    ({ raw }) => raw,
  );
  restored(
    'howdah_logship_records_rejected_total',
    'Records that were not shipped, by reason.',
    ['reason'],
    ({ counts }) => rejectionReasons.map((reason) => [{ reason }, counts.rejected] as const),
  );
  plain(
    'howdah_logship_records_cut_total',
    'Records whose end was dropped because they are larger than maxRecordBytes; they are shipped, and say so.',
    ({ cut }) => cut,
  );
  plain(
    'howdah_logship_files_retired_total',
    'Log files that left postgres_severity to keep its series bounded.',
    ({ retiredFiles }) => retiredFiles,
  );
  return {
    publish: (counts) => {
      durable = counts;
    },
    backlog: absentAtFirst(
      'howdah_logship_backlog_bytes',
      'Bytes in the log files that are not delivered yet.',
    ),
    files: absentAtFirst('howdah_logship_files', 'csvlog files in the log directory.'),
    volumeAvailable: absentAtFirst(
      'howdah_logship_log_volume_available_bytes',
      'What PostgreSQL can still write to the volume of its log; with nothing left it goes on, and its log is lost.',
    ),
    checkpoints: new Counter({
      name: 'howdah_logship_checkpoints_total',
      help: 'Checkpoints written.',
      registers,
    }),
    lastCheckpoint: absentAtFirst(
      'howdah_logship_last_checkpoint_timestamp_seconds',
      'When the last checkpoint was written; none is written while the log is quiet.',
    ),
    lostBytes: new Counter({
      name: 'howdah_logship_unread_bytes_lost_total',
      help: 'Bytes that were seen in a log file and removed or overwritten before they could be delivered.',
      registers,
    }),
    sinkUp: new Gauge({
      name: 'howdah_logship_sink_up',
      help: '1 while the sink takes records, 0 after it failed to.',
      labelNames: ['sink'],
      registers,
    }),
    sinkFailures: new Counter({
      name: 'howdah_logship_sink_failures_total',
      help: 'Deliveries that the sink did not take; each is tried again.',
      labelNames: ['sink'],
      registers,
    }),
  };
};
