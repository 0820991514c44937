import * as z from 'zod';
import { objectName } from './parts.ts';

export const tls = z
  .strictObject({
    secretName: objectName().describe(
      'Secret with `tls.crt` and `tls.key`, and `ca.crt` where its authority is your own, as cert-manager writes it. The certificate must be for `<cluster>.<namespace>.svc`.',
    ),
  })
  .describe(
    'TLS of PostgreSQL and of Patroni’s REST API. A renewed certificate takes effect without restart.',
  );
export type Tls = z.infer<typeof tls>;
