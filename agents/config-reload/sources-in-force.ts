import type { LastGood } from './memory.ts';
import { digestOfText, type Source, type Sources, sourceFiles } from './read.ts';

/** A file that is not mounted (any more) stays as it was last: its last good text stands in for it. */
export const withLastGood = (mounted: Sources, lastGood: LastGood | undefined): Sources =>
  mapSources((file) => {
    const source = mounted[file];
    return source.state === 'absent' ? textSource(lastGood?.sources[file]) : source;
  });

/** The sources that are in force. */
export const sourcesOf = (lastGood: LastGood): Sources =>
  mapSources((file) => textSource(lastGood.sources[file]));

export const isNothing = (sources: Sources): boolean =>
  sourceFiles.every((file) => sources[file].state === 'absent');

/** The texts, for the last good version. */
export const textsOf = (sources: Sources): LastGood['sources'] =>
  Object.fromEntries(
    sourceFiles.flatMap((file) => {
      const source = sources[file];
      return source.state === 'read' ? [[file, source.text]] : [];
    }),
  );

const textSource = (text: string | undefined): Source =>
  text === undefined ? { state: 'absent' } : { state: 'read', text, digest: digestOfText(text) };

const mapSources = (source: (file: (typeof sourceFiles)[number]) => Source): Sources => ({
  'postgresql.conf': source('postgresql.conf'),
  'pg_hba.conf': source('pg_hba.conf'),
  'pgaudit.conf': source('pgaudit.conf'),
});
