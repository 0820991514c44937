import type { BackupView } from '@howdah/status/backup-view';
import { timestamp } from '../timestamp.ts';
import type { RestoreChoice, RestoreChoices } from './choose.ts';

/** What whoever runs the command should know, most pressing first; a sentence or two each. */
export const notesOn = (view: BackupView, choices: RestoreChoices): readonly string[] => {
  const { chosen, others, unreadable } = choices;
  return [
    ...ofTheView(view, chosen),
    ...ofTheChoice(chosen),
    ...unreadable.map((repo) => `Repository ${repo} cannot be read, and was not looked at.`),
    ...others.map(
      ({ backup: { repo, label, stoppedAt } }) =>
        `Repository ${repo} would do as well, from ${label}, done ${timestamp(stoppedAt)} UTC (--repo ${repo}).`,
    ),
    'When no transaction in the archive was committed after the target, PostgreSQL ends with “recovery ended before configured recovery target was reached” and does not start. The end of the archive is had with --type=default instead of --type=time and --target.',
  ];
};

const ofTheView = ({ member, detail, authoritative }: BackupView, { range }: RestoreChoice) => [
  ...(authoritative && detail.role === 'primary'
    ? []
    : [`No primary has answered: this is what ${member.name} read from the repositories.`]),
  ...(range.archiveKnown
    ? []
    : [`Nobody tells how far the archive reaches; certain is ${timestamp(range.newest)} UTC.`]),
];

const ofTheChoice = ({ backup, timeline, onHistory, passedOver }: RestoreChoice) => [
  ...(backup.error
    ? [`Backup ${backup.label} holds damaged pages; an older one may be without (--set).`]
    : []),
  ...(onHistory === 'unknown'
    ? [
        `Nobody tells whether timeline ${timeline.timeline} comes from that of the backup (${backup.timeline ?? 'not known'}). pgBackRest 2.55 and newer checks it before it copies anything; with an older one PostgreSQL refuses to start where it does not.`,
      ]
    : []),
  ...passedOver.map(
    ({ label, timeline: other }) =>
      `${label} is newer, but timeline ${timeline.timeline} does not come from it (it lies on timeline ${other ?? 'not known'}).`,
  ),
];
