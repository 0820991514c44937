import * as z from 'zod';

/** The part of an agent's configuration that says how to reach Patroni's REST API on its own member. */
export const patroniConfig = () =>
  z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/, error: 'an address such as http://127.0.0.1:8008' })
        .describe('Address of Patroni’s REST API on this member, e.g. `http://127.0.0.1:8008`.'),
      username: z
        .string()
        .min(1)
        .max(256)
        .optional()
        .describe('User of Patroni’s `restapi.authentication`; needed only for writing.'),
      passwordFile: absolutePath('File with the password of that user.').optional(),
      caFile: absolutePath('File with the CA that signed Patroni’s certificate, PEM.').optional(),
    })
    .superRefine((config, context) => {
      if ((config.username === undefined) !== (config.passwordFile === undefined))
        context.addIssue({
          code: 'custom',
          path: [config.username === undefined ? 'username' : 'passwordFile'],
          message: 'username and passwordFile together, or neither',
        });
    });
export type PatroniConfig = z.infer<ReturnType<typeof patroniConfig>>;

const absolutePath = (description: string) =>
  z.string().startsWith('/', 'an absolute path').max(4096).describe(description);
