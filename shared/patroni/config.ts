import * as z from 'zod';

const absolutePath = (description: string) =>
  z.string().startsWith('/', 'an absolute path').max(4096).describe(description);

/** Where Patroni's REST API is, and by what its certificate is judged. */
const address = {
  url: z
    .url({ protocol: /^https?$/, error: 'an address such as http://127.0.0.1:8008' })
    .describe('Address of Patroni’s REST API on this member, e.g. `http://127.0.0.1:8008`.'),
  caFile: absolutePath('File with the CA that signed Patroni’s certificate, PEM.').optional(),
  serverName: z
    .string()
    .min(1)
    .max(253)
    .optional()
    .describe('Name that Patroni’s certificate must carry, where it is not the host of `url`.'),
};

/** The part of a configuration that says how to read from Patroni's REST API on its own member. */
export const patroniAddressConfig = () => z.strictObject(address);
export type PatroniAddressConfig = z.infer<ReturnType<typeof patroniAddressConfig>>;

/** The same for those who also write. */
export const patroniConfig = () =>
  z
    .strictObject({
      url: address.url,
      username: z
        .string()
        .min(1)
        .max(256)
        .optional()
        .describe('User of Patroni’s `restapi.authentication`; needed only for writing.'),
      passwordFile: absolutePath('File with the password of that user.').optional(),
      caFile: address.caFile,
      serverName: address.serverName,
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
