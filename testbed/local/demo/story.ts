import type { Cluster } from '../cluster/cluster.ts';
import { auditSegment } from './audit-segment.ts';
import { changedSetting, changeSetting } from './changed-setting.ts';
import { showChapter } from './chapter.ts';
import { firstBackup } from './first-backup.ts';
import type { Tell } from './narrator.ts';
import { countedRecords } from './severities.ts';

/** All of it is to be seen within two minutes of the demo's start, of which starting takes a part. */
const deadlineMs = 100_000;

/** Shows the main job: each chapter is told when it happens, in whatever order that is. */
export const tellStory = async (cluster: Cluster, tell: Tell, signal: AbortSignal): Promise<boolean> => {
  const context = { cluster, tell, signal, deadlineMs };
  await changeSetting(cluster, tell);
  const shown = await Promise.all(
    [firstBackup, countedRecords, auditSegment, changedSetting].map((chapter) =>
      showChapter(chapter(cluster), context),
    ),
  );
  return shown.every(Boolean);
};
