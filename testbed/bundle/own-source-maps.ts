import { decode, encode, type SourceMapMappings, type SourceMapSegment } from '@jridgewell/sourcemap-codec';
import type { Plugin } from 'esbuild';

/** The fields of a source map that change; the format is ECMA-426. */
interface SourceMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

const isLibrary = (source: string): boolean => source.includes('node_modules/');

/**
 * `map` without libraries: they are most of its bytes, and a stack trace through them tells the names of
 * their functions without it.
 */
export const withoutLibraries = <Read extends SourceMap>(map: Read): Read & { names: readonly [] } => {
  const sources = map.sources.filter((source) => !isLibrary(source));
  const places = map.sources.map((source) => (isLibrary(source) ? undefined : sources.indexOf(source)));
  const mappings: SourceMapMappings = decode(map.mappings).map((line) => {
    const kept: SourceMapSegment[] = [];
    for (const [column, source, sourceLine, sourceColumn] of line) {
      const place = source === undefined ? undefined : places[source];
      if (place !== undefined && sourceLine !== undefined && sourceColumn !== undefined)
        kept.push([column, place, sourceLine, sourceColumn]);
      // One segment without a source ends what is ours; more of them would tell nothing.
      else if (kept.at(-1)?.length !== 1) kept.push([column]);
    }
    return kept;
  });
  return { ...map, sources, names: [], mappings: encode(mappings) };
};

/** Needs `write: false`: it changes what esbuild hands over. */
export const ownSourceMapsOnly: Plugin = {
  name: 'own-source-maps-only',
  setup: (build) => {
    build.onEnd(({ outputFiles = [] }) => {
      for (const file of outputFiles) {
        if (!file.path.endsWith('.map')) continue;
        const map = JSON.parse(file.text) as SourceMap;
        file.contents = Buffer.from(JSON.stringify(withoutLibraries(map)));
      }
    });
  },
};
