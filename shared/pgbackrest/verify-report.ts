/** What `pgbackrest verify --output=text --verbose` says of one backup that lies in the repository. */
export interface VerifiedBackup {
  readonly label: string;
  /** `valid`, `invalid`, `manifest missing` or `in-progress`. */
  readonly status: string;
  readonly files: number;
  readonly validFiles: number;
}

/** … and of the WAL of one database. */
export interface VerifiedArchive {
  /** e.g. `15-1` */
  readonly archiveId: string;
  readonly segments: number;
  readonly validSegments: number;
}

export interface VerifyReport {
  /** pgBackRest's own word. It exits with 0 either way, and says `ok` of a backup whose directory or manifest is gone. */
  readonly status: 'ok' | 'error';
  readonly archives: readonly VerifiedArchive[];
  readonly backups: readonly VerifiedBackup[];
  /** What it says of the repository as a whole, e.g. `No usable backup.info file`. */
  readonly remarks: readonly string[];
  /** The files that it names, with what is wrong with them; the last of many. */
  readonly findings: readonly string[];
}

const patterns = {
  status: /^status: (ok|error)$/,
  archive: /^ {2}archiveId: (\S+), total WAL checked: (\d+), total valid WAL: (\d+)$/,
  backup: /^ {2}backup: (\S+), status: ([a-z -]+), total files checked: (\d+), total valid files: (\d+)$/,
  /** Of the line before; what it counts is named in the findings. */
  counts: /^ {4}(missing|checksum invalid|size invalid|other): /,
  nothing: /^ {2}(archiveId|backup): none found$/,
};

/** Undefined for what is no such answer. */
export const parseVerifyReport = (stdout: string, stderr: string): VerifyReport | undefined => {
  const lines = stdout.split('\n');
  const status = lines.flatMap((line) => patterns.status.exec(line)?.[1] ?? [])[0];
  if (status !== 'ok' && status !== 'error') return undefined;
  const archives = lines.flatMap((line): readonly VerifiedArchive[] => {
    const [, archiveId, segments, valid] = patterns.archive.exec(line) ?? [];
    return archiveId === undefined
      ? []
      : [{ archiveId, segments: Number(segments), validSegments: Number(valid) }];
  });
  const backups = lines.flatMap((line): readonly VerifiedBackup[] => {
    const [, label, state, files, valid] = patterns.backup.exec(line) ?? [];
    return label === undefined || state === undefined
      ? []
      : [{ label, status: state, files: Number(files), validFiles: Number(valid) }];
  });
  const remarks = lines
    .filter((line) => !/^(stanza: .*)?$/.test(line) && !Object.values(patterns).some((one) => one.test(line)))
    .map((line) => line.trim());
  return { status, archives, backups, remarks, findings: findingsIn(stderr) };
};

/** The messages about single files. The answer itself stands among them once more, with the lines around a command. */
const findingsIn = (stderr: string): readonly string[] =>
  stderr
    .replaceAll(/\n[ \t]+(?=\S)/g, '; ')
    .split('\n')
    .flatMap((line) => /^(?:\S+ \S+ )?(?:P\d+ +)?(?:INFO|WARN): (.+)$/.exec(line)?.[1] ?? [])
    .filter(
      (message) =>
        !/^(stanza: |verify command |backup '\S+' appears to be in progress)/.test(message) &&
        !message.endsWith('does not contain any target files to verify'),
    );
