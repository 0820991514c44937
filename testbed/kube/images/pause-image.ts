import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ourselves, runAs } from '@howdah/testing/run-as';

export const pauseImage = 'docker.io/howdah/pause:dev';

/** Go's names of the machines that Node knows by others. */
const goArchitecture = (): string => (process.arch === 'x64' ? 'amd64' : process.arch);

/**
 * Writes an archive in the OCI image layout that holds nothing but one static program.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
export const writePauseImage = async (
  program: string,
  archive: string,
  name: string = pauseImage,
): Promise<void> => {
  const work = await mkdtemp(join(tmpdir(), 'howdah-pause-'));
  const blobs = join(work, 'image/blobs/sha256');
  const blob = async (mediaType: string, content: Buffer | string) => {
    const hash = createHash('sha256').update(content).digest('hex');
    await writeFile(join(blobs, hash), content);
    return { mediaType, digest: `sha256:${hash}`, size: Buffer.byteLength(content) };
  };
  const json = (kind: string, value: unknown) =>
    blob(`application/vnd.oci.image.${kind}.v1+json`, JSON.stringify(value));
  try {
    await mkdir(blobs, { recursive: true });
    await mkdir(join(work, 'root'));
    await copyFile(program, join(work, 'root/pause'));
    const layerFile = join(work, 'layer.tar');
    // The same program gives the same image: no times, no names of ours.
    const plain = ['--owner=0', '--group=0', '--mtime=@0', '--mode=0755', '--dereference'];
    await runAs(ourselves(), 'tar', ['-cf', layerFile, ...plain, '-C', join(work, 'root'), 'pause']);
    const layer = await blob('application/vnd.oci.image.layer.v1.tar', await readFile(layerFile));
    const platform = { architecture: goArchitecture(), os: 'linux' };
    const config = await json('config', {
      ...platform,
      config: { Entrypoint: ['/pause'], User: '65535:65535' },
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
    });
    const manifest = await json('manifest', {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config,
      layers: [layer],
    });
    const named = { ...manifest, platform, annotations: { 'io.containerd.image.name': name } };
    await writeFile(join(work, 'image/oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    await writeFile(join(work, 'image/index.json'), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
    await runAs(ourselves(), 'tar', ['-cf', archive, '-C', join(work, 'image'), '.']);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
};
