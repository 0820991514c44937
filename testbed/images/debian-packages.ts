/** One installed package of Debian, as CycloneDX calls it. */
export interface DebianComponent {
  readonly type: 'library';
  readonly name: string;
  readonly version: string;
  /** https://github.com/package-url/purl-spec */
  readonly purl: string;
}

/** The installed packages that a dpkg `status` tells of (deb-control(5)), by name. */
export const debianPackages = (status: string, suite: string): readonly DebianComponent[] =>
  status
    .split(/\n\n+/)
    .map((paragraph) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(paragraph)?.[1];
      const [name, version, state] = [field('Package'), field('Version'), field('Status')];
      if (name === undefined || version === undefined || !state?.endsWith(' installed')) return undefined;
      const query = new URLSearchParams({ arch: field('Architecture') ?? 'all', distro: suite });
      const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?${query}`;
      return { type: 'library' as const, name, version, purl };
    })
    .filter((component) => component !== undefined)
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
