import { join } from 'node:path';
import { stringify } from 'yaml';
import { auditContainer, emulatorAccount } from '../azurite.ts';
import type { ClusterLayout, MemberLayout } from '../layout.ts';

/** Below this the member's segments lie in the container. */
export const auditPrefix = (member: MemberLayout): string => `demo/${member.name}`;

export const storeKeyFile = (member: MemberLayout): string =>
  join(member.secretsDirectory, 'store', 'account-key');

/** audit-upload.yaml: small, young segments, so that the first is in the store within half a minute. */
export const renderAuditUploadYaml = (layout: ClusterLayout, member: MemberLayout): string => {
  const { endpoint, name } = emulatorAccount(layout.ports.azurite);
  return stringify({
    logDirectory: member.logDirectory,
    segment: { maxBytes: 1_048_576, maxAgeSeconds: 20 },
    store: {
      azure: { endpoint, container: auditContainer, accountName: name, accountKeyFile: storeKeyFile(member) },
    },
    prefix: auditPrefix(member),
  });
};
