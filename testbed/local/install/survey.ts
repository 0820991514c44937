import { type Part, packageName, partsOn } from './parts.ts';
import type { Supported } from './platform.ts';
import { isAtLeast, upstreamVersion } from './versions.ts';

/** What is known of one package: what is installed, and what the distribution would install. */
export interface PackageFacts {
  readonly installed?: string;
  readonly candidate?: string;
}

export type PartState = 'there' | 'missing' | 'too-old';

export interface Finding {
  readonly part: Part;
  readonly name: string;
  readonly state: PartState;
  /** The version found (installed, or on offer), as Debian writes it; absent when there is none. */
  readonly version?: string;
}

/**
 * Judges every part. A package that is too old where it is installed, or would be when it were, is
 * `too-old`: nothing that we could install would do.
 */
export const survey = (system: Supported, facts: ReadonlyMap<string, PackageFacts>): readonly Finding[] =>
  partsOn(system.id).map((part) => {
    const name = packageName(part, system.postgresMajor);
    const { installed, candidate } = facts.get(name) ?? {};
    const version = installed ?? candidate;
    const good = version !== undefined && isAtLeast(upstreamVersion(version), part.atLeast);
    const state = version !== undefined && !good ? 'too-old' : installed === undefined ? 'missing' : 'there';
    return { part, name, state, ...(version === undefined ? {} : { version }) };
  });
