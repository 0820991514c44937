import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import * as z from 'zod';

const manifest = z.looseObject({ spec: z.looseObject({}) });

/** examples/minimal with other values in its spec. */
export const minimalExample = async (spec: object = {}): Promise<object> => {
  const text = await readFile(new URL('../../../../examples/minimal/cluster.yaml', import.meta.url), 'utf8');
  const cluster = manifest.parse(parse(text));
  return { ...cluster, spec: { ...cluster.spec, ...spec } };
};
