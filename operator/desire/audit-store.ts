import { repositoryNumber } from '../backups/requests.ts';
import { objectStoreOf } from './repository-stores.ts';
import type { Wanted } from './wanted.ts';

/**
 * Where audit records go when the spec does not say: beside the backups, in the object store of the repository that has the
 * lowest number. Whatever their order: a trail that moved with an edit of the list would look like one that was lost.
 * Undefined where there is no such store, or none that is entered by keys.
 */
export const auditStore = ({
  namespace,
  name,
  spec,
  secrets,
}: Wanted): Readonly<Record<string, unknown>> | undefined => {
  if (!spec.audit.enabled || 'store' in spec.audit) return undefined;
  const [repository] = (spec.backup.repositories ?? [])
    .filter(({ s3, azure }) => (s3 ?? azure) !== undefined && (s3 ?? azure)?.keyType === undefined)
    .toSorted((a, b) => repositoryNumber(a.name) - repositoryNumber(b.name));
  const store = repository && objectStoreOf(repository, secrets);
  return store === undefined ? undefined : { prefix: `audit/${namespace}/${name}`, store };
};
