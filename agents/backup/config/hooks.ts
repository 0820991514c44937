import * as z from 'zod';
import { seconds } from './parts.ts';

export const hooks = () =>
  z
    .array(
      z.strictObject({
        command: z
          .array(z.string().max(4_096))
          .min(1)
          .max(64)
          .refine(([program]) => program?.startsWith('/') === true, 'the absolute path of a program first')
          .refine((words) => !words.some((word) => word.includes('\0')), 'no NUL, which no argument can hold')
          .describe(
            'The program, which has to be executable in the agent’s container, and its arguments; no shell reads them.',
          ),
        timeoutSeconds: seconds(1, 3_600, 60).describe(
          'How long it may take before it is stopped and counts as failed.',
        ),
      }),
    )
    .max(8)
    .default([]);
