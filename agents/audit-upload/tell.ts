import type { StoreKind } from '@howdah/objectstore/store';
import type { AuditUploadStatus } from '@howdah/status/audit-upload';
import type { Backlog } from './backlog.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { LedgerEntry } from './ledger.ts';

export interface Told {
  readonly checkpoint: Checkpoint;
  readonly head: LedgerEntry | undefined;
  readonly backlog: Pick<Backlog, 'first' | 'segments' | 'bytes'>;
  readonly store: { readonly kind: StoreKind; readonly location: string };
  readonly reachable: boolean | undefined;
  readonly error: string | undefined;
}

/** The agent's part of `/status`. */
export const statusOf = ({
  checkpoint,
  head,
  backlog,
  store,
  reachable,
  error,
}: Told): AuditUploadStatus => ({
  version: 1,
  chain: {
    id: checkpoint.chain,
    head: head?.sequence ?? 0,
    ...(head === undefined ? {} : { headHash: head.manifest.sha256 }),
  },
  store: {
    ...store,
    ...(reachable === undefined ? {} : { reachable }),
    ...(error === undefined ? {} : { error }),
  },
  records: { collected: checkpoint.collected, proven: head?.recordsTotal ?? 0 },
  open: {
    records: checkpoint.open.records,
    bytes: checkpoint.open.bytes,
    ...(checkpoint.open.since === undefined ? {} : { since: checkpoint.open.since }),
  },
  backlog: {
    segments: backlog.segments,
    bytes: backlog.bytes,
    ...(backlog.first === undefined ? {} : { oldestSealedAt: backlog.first.sealedAt }),
  },
  ...(head === undefined
    ? {}
    : {
        lastProven: {
          sequence: head.sequence,
          key: head.segment.key,
          records: head.records,
          bytes: head.segment.bytes,
          at: head.provenAt,
        },
      }),
});
