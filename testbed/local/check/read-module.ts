import { pathToFileURL } from 'node:url';
import { describeError } from '@howdah/core/errors';
import * as z from 'zod';

export type ReadModule<Exports> =
  | { readonly ok: true; readonly value: Exports }
  | { readonly ok: false; readonly problem: string };

/** Loads a module of the tree by its path and takes what `schema` describes out of its exports. */
export const readModule = async <Exports>(
  path: string,
  schema: z.ZodType<Exports>,
): Promise<ReadModule<Exports>> => {
  let exported: unknown;
  try {
    exported = await import(pathToFileURL(path).href);
  } catch (error) {
    return { ok: false, problem: `cannot be loaded: ${describeError(error)}` };
  }
  // A module namespace has no prototype, which a zod object does not take for an object.
  const parsed = schema.safeParse({ ...(exported as object) });
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, problem: `does not export what is read here: ${z.prettifyError(parsed.error)}` };
};
