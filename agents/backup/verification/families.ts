import type { Family, Sample } from '../metric-family.ts';
import type { VerifyEntry } from './entry.ts';
import { lastVerdict, type VerificationKnowledge, type VerificationView } from './report.ts';

export interface VerificationSeen {
  readonly stanza: string;
  readonly verification?: VerificationKnowledge | undefined;
  readonly now: Date;
}

const labels = ['repo', 'stanza'];

/** One series for each repository, where the value is known. */
const each =
  (value: (view: VerificationView, now: Date) => number | undefined) =>
  ({ stanza, verification, now }: VerificationSeen): readonly Sample[] =>
    (verification?.repositories ?? []).flatMap((view) => {
      const known = value(view, now);
      return known === undefined ? [] : [[{ repo: String(view.repo), stanza }, known] as const];
    });

const ofLast = (value: (entry: VerifyEntry, endedAt: number) => number) =>
  each((view) => {
    const entry = lastVerdict(view);
    return entry?.ended === undefined ? undefined : value(entry, Date.parse(entry.ended.at) / 1000);
  });

/** `howdah_backup_verify_*`: what the last verify of each repository found, whichever member made it. */
export const verificationFamilies: readonly Family<VerificationSeen>[] = [
  {
    name: 'howdah_backup_verify_last_timestamp_seconds',
    help: 'When the last verify of the repository that came to a verdict ended.',
    labels,
    samples: ofLast((_, endedAt) => endedAt),
  },
  {
    name: 'howdah_backup_verify_last_valid',
    help: '1 when the last verify of the repository found it sound, 0 when it found damage; absent before the first.',
    labels,
    samples: ofLast(({ ended }) => Number(ended?.verdict === 'valid')),
  },
  {
    name: 'howdah_backup_verify_last_duration_seconds',
    help: 'How long the last verify of the repository that came to a verdict took.',
    labels,
    samples: ofLast(({ startedAt }, endedAt) => endedAt - Date.parse(startedAt) / 1000),
  },
  {
    name: 'howdah_backup_verify_overdue_seconds',
    help: 'How long ago a verify of the repository was due since which none came to a verdict; 0 when what was due is done. Absent where none is scheduled, and while nobody can say.',
    labels,
    samples: each(({ overdue }, now) => {
      if (overdue === undefined) return undefined;
      return overdue === 'never' ? 0 : (now.getTime() - overdue.getTime()) / 1000;
    }),
  },
];
