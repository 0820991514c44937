import { readFile } from 'node:fs/promises';
import { HowdahError } from '@howdah/core/errors';
import { parse } from 'yaml';
import * as z from 'zod';
import { consoleErrors } from './errors.ts';

const httpUrl = z.url({ protocol: /^https?$/, error: 'an http or https address' });

const member = z.strictObject({
  name: z.string().min(1).max(253).describe('The member’s name in Patroni.'),
  agentUrl: httpUrl.describe('Where its agents listen, e.g. `http://10.0.0.7:9187`.'),
  patroniUrl: httpUrl.optional().describe('Its Patroni’s REST address, e.g. `http://10.0.0.7:8008`.'),
});

/** Describes `console.yaml` whole. */
export const schema = z
  .strictObject({
    members: z.array(member).min(1).max(100).describe('The members of one cluster, in the order shown.'),
    refreshSeconds: z
      .number()
      .min(1)
      .max(300)
      .default(5)
      .describe('How often members are asked, and how often the page asks the console.'),
    staleAfterSeconds: z
      .number()
      .min(2)
      .max(3_600)
      .default(15)
      .describe('An answer older than this is shown as stale, with its age.'),
  })
  .superRefine(({ members, refreshSeconds, staleAfterSeconds }, context) => {
    members.forEach(({ name }, index) => {
      if (members.findIndex((other) => other.name === name) < index)
        context.addIssue({
          code: 'custom',
          path: ['members', index, 'name'],
          message: `a name of its own (“${name}” is there twice)`,
        });
    });
    if (staleAfterSeconds <= refreshSeconds)
      context.addIssue({
        code: 'custom',
        path: ['staleAfterSeconds'],
        message: `more than refreshSeconds (${refreshSeconds})`,
      });
  });
export type ConsoleConfig = z.infer<typeof schema>;

/** Rejects with every problem of the file at once. */
export const readConfig = async (path: string): Promise<ConsoleConfig> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new HowdahError(consoleErrors.configUnreadable, `cannot read ${path}`, { cause: error });
  }
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw new HowdahError(consoleErrors.configInvalid, `${path} is not YAML`, { cause: error });
  }
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `${issue.path.map(String).join('.') || 'the file'}: expected ${issue.message}`,
  );
  throw new HowdahError(consoleErrors.configInvalid, `${path}: ${problems.join('; ')}`);
};
