import { describe, expect, it } from 'vitest';
import { debianPackages } from './debian-packages.ts';

const paragraph = (name: string, version: string, status = 'install ok installed') =>
  `Package: ${name}\nStatus: ${status}\nArchitecture: amd64\nDescription: something\n Package: not-this\nVersion: ${version}`;

describe('what dpkg has installed', () => {
  it('is named as package-url has it, in order', () => {
    const status = `${paragraph('zlib1g', '1:1.3.dfsg+really1.3.1-1+b1')}\n\n${paragraph('libc6', '2.41-12')}\n`;
    expect(debianPackages(status, 'debian-trixie').map(({ purl }) => purl)).toEqual([
      'pkg:deb/debian/libc6@2.41-12?arch=amd64&distro=debian-trixie',
      'pkg:deb/debian/zlib1g@1%3A1.3.dfsg%2Breally1.3.1-1%2Bb1?arch=amd64&distro=debian-trixie',
    ]);
  });

  it('leaves out what was removed, though its configuration is there', () => {
    expect(debianPackages(paragraph('old', '1', 'deinstall ok config-files'), 'debian-trixie')).toEqual([]);
  });
});
