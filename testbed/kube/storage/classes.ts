/** A directory on this machine's disk, whose size nobody enforces; the default. */
export const localClass = 'howdah-local';
/** A file system of exactly the size that was asked for, at least 300Mi: for tests that fill a volume. */
export const sizedClass = 'howdah-sized';

export const provisionerName = 'howdah.dev/local';
