/** A Linux distribution as /etc/os-release names it. */
export interface Platform {
  /** e.g. `debian` */
  readonly id: string;
  /** e.g. `12`; empty for a rolling release. */
  readonly version: string;
  /** For people: `Debian GNU/Linux 12 (bookworm)`. */
  readonly title: string;
}

/** What a supported system offers. */
export interface Supported {
  readonly id: string;
  readonly version: string;
  readonly postgresMajor: number;
}

export const supportedSystems: readonly Supported[] = [
  { id: 'debian', version: '12', postgresMajor: 15 },
  { id: 'debian', version: '13', postgresMajor: 17 },
  { id: 'ubuntu', version: '24.04', postgresMajor: 16 },
];

/** Reads /etc/os-release (os-release(5)): shell-like assignments, values perhaps quoted. */
export const parseOsRelease = (text: string): Platform => {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z_]+)=(.*)$/.exec(line);
    if (match) values.set(match[1] ?? '', (match[2] ?? '').replace(/^(["'])(.*)\1$/, '$2'));
  }
  const id = values.get('ID') ?? 'linux';
  return { id, version: values.get('VERSION_ID') ?? '', title: values.get('PRETTY_NAME') ?? id };
};

/** The entry of the table that `platform` is, or undefined. */
export const supportOf = (platform: Platform): Supported | undefined =>
  supportedSystems.find((system) => system.id === platform.id && system.version === platform.version);
