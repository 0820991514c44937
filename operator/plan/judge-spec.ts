import type { AgentConfig } from '../desire/agent-configs.ts';
import { parameterProblems } from '../desire/postgres-files.ts';
import type { Wanted } from '../desire/wanted.ts';
import { certificateProblems, isServed } from './certificate.ts';
import { windowProblems } from './policy.ts';
import { refusals, type Surroundings } from './refusals.ts';

/** What is wrong with a spec that the API server has taken. */
export interface Verdict {
  /** Why nothing is made; empty when it can be. */
  readonly refusals: readonly string[];
  /** What is not in force; the rest of the cluster is made. */
  readonly configProblems: readonly string[];
  /** Why no server can be started with the certificate; all of it stands in one of the others, too. */
  readonly wrongCertificate: readonly string[];
}

/** @param configs what the agents’ own schemas say of their parts of the spec. */
export const judgeSpec = (wanted: Wanted, configs: readonly AgentConfig[], around: Surroundings): Verdict => {
  const wrongCertificate = certificateProblems(wanted);
  const [refused, told] = isServed(wanted) ? [[], wrongCertificate] : [wrongCertificate, []];
  return {
    refusals: [...refusals(wanted, around), ...refused],
    configProblems: [
      ...told,
      ...parameterProblems(wanted.spec),
      ...windowProblems(wanted.spec.updates),
      ...configs.flatMap(({ problems }) => problems),
    ],
    wrongCertificate,
  };
};
