import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `.dev` of the clone: everything that is fetched or built, and nothing that is data. */
export const toolsDirectory = join(resolve(dirname(fileURLToPath(import.meta.url)), '../..'), '.dev');
