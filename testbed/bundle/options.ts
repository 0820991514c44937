import type { BuildOptions } from 'esbuild';
import { ownSourceMapsOnly } from './own-source-maps.ts';

/** What bundled CommonJS libraries (pg, pino, fastify) expect to find. */
const commonJsBanner = `import { createRequire as createRequireOfBundle } from 'node:module';
const require = createRequireOfBundle(import.meta.url);`;

/**
 * How everything that ships is bundled, for the images and the demo alike. Dynamic imports stay separate
 * files, so an SDK is loaded only where it is used.
 */
export const bundleOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  splitting: true,
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: true,
  sourcesContent: false,
  outExtension: { '.js': '.mjs' },
  banner: { js: commonJsBanner },
  external: ['pg-native', 'pino-pretty'],
  logLevel: 'error',
  plugins: [ownSourceMapsOnly],
} as const satisfies BuildOptions;
