import { HowdahError } from '@howdah/core/errors';
import { type KubeObject, kubeObject } from '@howdah/kube/object';
import { type Document, LineCounter, parseAllDocuments } from 'yaml';
import { cliErrors } from '../errors.ts';

/** What the files hold. */
export interface Manifests {
  readonly clusters: readonly KubeObject[];
  /** Those that a cluster names need not be there yet when the file brings them. */
  readonly secrets: readonly KubeObject[];
  readonly others: readonly KubeObject[];
}

/** More documents than anybody plans at once. */
const most = 200;

/**
 * @param text YAML or JSON, one document or several.
 * @throws HowdahError with the place of what is no object of Kubernetes, or where there is no PostgresCluster.
 */
export const manifestsIn = (text: string): Manifests => {
  const unreadable = (message: string) => new HowdahError(cliErrors.manifest, message);
  const lineCounter = new LineCounter();
  // Neither its errors nor its warnings may be shown: they quote the text, where a Secret's value may stand.
  const documents = parseAllDocuments(text, { lineCounter, prettyErrors: false, logLevel: 'error' });
  if (!Array.isArray(documents) || documents.length > most)
    throw unreadable(
      `the files hold ${Array.isArray(documents) ? `more than ${most} documents` : 'nothing'}`,
    );
  const objects = documents.flatMap((document, index) => {
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, col } = lineCounter.linePos(error.pos[0]);
      throw unreadable(`document ${index + 1}: no YAML at line ${line}, column ${col}`);
    }
    const content = contentOf(document);
    if (content === unresolved)
      throw unreadable(`document ${index + 1}: an alias without its anchor, or too many aliases`);
    if (content === null || content === undefined) return [];
    const parsed = kubeObject.safeParse(content);
    if (parsed.success) return [parsed.data];
    const [issue] = parsed.error.issues;
    throw unreadable(`document ${index + 1}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  });
  const clusters = objects.filter(({ kind }) => kind === 'PostgresCluster');
  if (clusters.length === 0) throw unreadable('there is no PostgresCluster in it');
  return {
    clusters,
    secrets: objects.filter(({ kind, apiVersion }) => kind === 'Secret' && apiVersion === 'v1'),
    others: objects.filter(({ kind }) => kind !== 'PostgresCluster'),
  };
};

const unresolved = Symbol('unresolved');

/** Aliases are followed only here; what is said of a wrong one quotes it. */
const contentOf = (document: Document.Parsed): unknown => {
  try {
    return document.toJS();
  } catch {
    return unresolved;
  }
};

/** A Secret as the API server would have it: `stringData` is part of `data`. */
export const asStored = ({ stringData, ...secret }: KubeObject, namespace: string): KubeObject => ({
  ...secret,
  metadata: { ...secret.metadata, namespace: secret.metadata.namespace ?? namespace },
  data: {
    ...(secret.data as Record<string, string> | undefined),
    ...Object.fromEntries(
      Object.entries((stringData as Record<string, string> | undefined) ?? {}).map(([key, value]) => [
        key,
        Buffer.from(String(value)).toString('base64'),
      ]),
    ),
  },
});
