/** Options of `repoN-…` that follow from the entry of `repositories:` with that number, and the key to write instead. */
const ofRepository: Readonly<Record<string, string>> = {
  type: 'one of s3, azure, gcs, volume',
  path: 'path, or volume.directory',
  'cipher-type': 'encryption',
  'cipher-pass': 'encryption.passphraseFile',
  'retention-full': 'retention.full',
  'retention-full-type': 'retention.fullType',
  'retention-diff': 'retention.diff',
  'retention-archive': 'retention.archive',
  'retention-archive-type': 'retention.archiveType',
  's3-bucket': 's3.bucket',
  's3-endpoint': 's3.endpoint',
  's3-region': 's3.region',
  's3-uri-style': 's3.pathStyle',
  's3-key': 's3.accessKeyIdFile',
  's3-key-secret': 's3.secretAccessKeyFile',
  's3-key-type': 'keyType',
  'azure-account': 'azure.accountName',
  'azure-container': 'azure.container',
  'azure-endpoint': 'azure.endpoint',
  'azure-uri-style': 'azure.endpoint',
  'azure-key': 'azure.accountKeyFile or azure.sasTokenFile',
  'azure-key-type': 'keyType',
  'gcs-bucket': 'gcs.bucket',
  'gcs-endpoint': 'gcs.endpoint',
  'gcs-key': 'gcs.keyFile',
  'gcs-key-type': 'keyType',
  'storage-port': 'the port of endpoint',
  's3-port': 'the port of endpoint',
  'azure-port': 'the port of endpoint',
  'storage-ca-file': 'caFile of s3, azure or gcs',
  's3-ca-file': 's3.caFile',
  'azure-ca-file': 'azure.caFile',
};

/** Options of the server that the agent backs up. */
const ofServer: Readonly<Record<string, string>> = {
  path: 'pgbackrest.render.dataDirectory',
  'socket-path': 'postgres.host',
  port: 'postgres.port',
  user: 'postgres.user',
  database: 'postgres.database',
};

/** What the agent gives each command, or has pgBackRest do by the run. */
const ofCommands: Readonly<Record<string, string>> = {
  stanza: 'write stanza',
  config: 'write pgbackrest.render.directory',
  'config-path': 'write pgbackrest.render.directory',
  'config-include-path': 'write pgbackrest.render.directory',
  repo: 'the agent says it with each command',
  set: 'the agent says it with each command',
  type: 'write the type of a schedule',
  annotation: 'the agent writes them, and reads them again',
  online: 'the agent takes backups of a running server only',
  'expire-auto': 'the agent holds retention back where a superseded backup has to go first',
};

/** Their values would stand for all to read in backup.yaml, which is no Secret. */
const secret = /(^|-)(pass|passphrase|token|key-secret|customer-key)$|-(s3|azure|gcs)-key$/;
/** Names from before there were several of each; pgBackRest takes them for the first. */
const former =
  /^(repo-.+|retention-.+|backup-(host|user|cmd|config|ssh-port)|(pg|db\d*)-(path|socket-path|port|user|database|host.*))$/;

/**
 * Why an option may not be set by hand, with the way out; undefined where it may.
 *
 * @param repos numbers of the repositories that `repositories:` describes
 */
export const ownedBecause = (option: string, repos: ReadonlySet<number>): string | undefined => {
  const [, kind, number, rest = ''] = /^(repo|pg)([1-9]\d*)-(.+)$/.exec(option) ?? [];
  if (kind === 'repo' && repos.has(Number(number))) {
    const instead = rest.startsWith('host') ? 'one that this member reaches by itself' : ofRepository[rest];
    if (instead !== undefined)
      return `${option} follows from the entry of repositories with repo: ${number}; write ${instead} there`;
  }
  if (kind === 'pg' && number === '1') {
    const instead = ofServer[rest];
    if (instead !== undefined) return `${option} is the agent’s; write ${instead}`;
    if (rest.startsWith('host')) return `${option} would lead away from the server beside the agent`;
  }
  const why = ofCommands[option];
  if (why !== undefined) return `${option} is the agent’s: ${why}`;
  if (former.test(option))
    return `${option} has a former name; write it with its number and its present name, e.g. repo1-…`;
  return undefined;
};

export const isSecretOption = (option: string): boolean => secret.test(option);
