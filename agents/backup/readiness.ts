import type { Readiness } from '@howdah/runtime/agent';
import { hasStanza } from './repository/stanza.ts';
import { refusalOf } from './repository/stanza-judgement.ts';
import type { RepositoryView } from './repository/views.ts';
import { type RoleView, takesBackups } from './role/gate.ts';

export interface ReadinessQuestion {
  readonly role: RoleView;
  readonly roleSilence: string | undefined;
  readonly repositories: readonly RepositoryView[];
  /** Why the last reading failed as a whole. */
  readonly failure: string | undefined;
  readonly stanzaProblem: string | undefined;
  /** Why pgbackrest.conf could not be written. */
  readonly renderProblem?: string | undefined;
}

const waiting = (waitingFor: string): Readiness => ({ ready: false, waitingFor });

/** Ready is who could take a backup if it were its turn: a replica that sees the repository is ready too. */
export const readinessOf = (question: ReadinessQuestion): Readiness => {
  const { role, roleSilence, repositories, failure, stanzaProblem, renderProblem } = question;
  if (renderProblem !== undefined) return waiting(`pgbackrest.conf to be written: ${renderProblem}`);
  if (role.source === 'nobody') {
    return waiting(`a word on this member's role${roleSilence === undefined ? '' : `: ${roleSilence}`}`);
  }
  if (takesBackups(role) && role.withoutLock !== undefined) return waiting(role.withoutLock);
  if (failure !== undefined) return waiting(`pgBackRest: ${failure}`);
  if (repositories.length === 0) return waiting('the first answer of pgbackrest info');
  if (repositories.every(({ reachable }) => !reachable)) {
    const words = repositories.map(({ repo, message }) => `repo${repo}: ${message}`);
    return waiting(`a repository that answers (${words.join('; ')})`);
  }
  const refused = repositories.find((view) => refusalOf(view) !== undefined);
  if (refused !== undefined)
    return waiting(`a repository that is not refused: repo${refused.repo}, ${refusalOf(refused)}`);
  const without = repositories.find((view) => !hasStanza(view));
  if (without !== undefined && role.role === 'primary') {
    const what = without.stanzaMissing ? 'created' : 'upgraded';
    return waiting(`the stanza to be ${what}${stanzaProblem === undefined ? '' : `: ${stanzaProblem}`}`);
  }
  return { ready: true };
};
