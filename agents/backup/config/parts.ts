import { cronProblem } from '@howdah/schedule/due-times';
import { isTimeZone } from '@howdah/schedule/zone';
import * as z from 'zod';

export const seconds = (smallest: number, largest: number, otherwise: number) =>
  z.int().min(smallest).max(largest).default(otherwise);

export const id = () =>
  z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'small letters, digits and hyphens, at most 63');
export const repos = () =>
  z
    .array(z.int().min(1).max(256))
    .min(1)
    .max(256)
    .refine((list) => new Set(list).size === list.length, 'each repository once')
    .default([1]);
export const type = () => z.enum(['full', 'diff', 'incr']).describe('pgBackRest’s type of backup.');

export const cron = () =>
  z.string().superRefine((text, context) => {
    const problem = cronProblem(text);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });
export const timeZone = () =>
  z
    .string()
    .refine(isTimeZone, 'a name of the IANA time zone database, e.g. Europe/Berlin or UTC')
    .default('UTC')
    .describe('IANA time zone in which `cron` is meant.');
