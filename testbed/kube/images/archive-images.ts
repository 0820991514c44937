import { ourselves, runAs } from '@howdah/testing/run-as';
import * as z from 'zod';

const index = z.object({
  manifests: z.array(
    z.object({ digest: z.string(), annotations: z.record(z.string(), z.string()).default({}) }),
  ),
});
const dockerManifest = z.array(z.object({ RepoTags: z.array(z.string()).nullish() }));

export interface ArchivedImage {
  readonly name: string;
  /** `sha256:…` of its manifest; docker's archives do not tell it. */
  readonly digest?: string;
}

/** The images in an archive: by an OCI layout's annotations, else by docker's manifest.json. */
export const imagesInArchive = async (
  archive: string,
  signal: AbortSignal,
): Promise<readonly ArchivedImage[]> => {
  const inOci = await member(archive, 'index.json', signal);
  const oci =
    inOci === undefined
      ? []
      : index.parse(inOci).manifests.flatMap(({ digest, annotations }) => {
          const name =
            annotations['io.containerd.image.name'] ?? annotations['org.opencontainers.image.ref.name'];
          return name === undefined ? [] : [{ name, digest }];
        });
  if (oci.length > 0) return oci;
  const inDocker = await member(archive, 'manifest.json', signal);
  return inDocker === undefined
    ? []
    : dockerManifest.parse(inDocker).flatMap(({ RepoTags }) => (RepoTags ?? []).map((name) => ({ name })));
};

/** Tar reads all that comes before: a minute was too short for an archive on a busy disk. */
const extractDeadlineMs = 300_000;

const extract = async (archive: string, path: string, signal: AbortSignal): Promise<string | undefined> => {
  const words = ['--extract', '--to-stdout', '--occurrence=1', `--file=${archive}`, path];
  try {
    return (await runAs(ourselves(), 'tar', words, { signal, timeoutMs: extractDeadlineMs })).stdout;
  } catch (error) {
    if (error instanceof Error && error.message.includes('Not found in archive')) return undefined;
    throw error;
  }
};

/** One JSON file of a tar archive, or undefined when it is not in it. */
const member = async (archive: string, name: string, signal: AbortSignal): Promise<unknown> => {
  for (const path of [name, `./${name}`]) {
    const found = await extract(archive, path, signal);
    if (found !== undefined) return JSON.parse(found);
  }
  return undefined;
};
