/** One run of vitest: some of the projects of vitest.config.ts. */
export interface Tier {
  readonly name: string;
  readonly projects: readonly string[];
}

const tier = (name: string): Tier => ({ name, projects: [name] });

/**
 * What `./dev test` runs, step by step; in a step the lanes run beside each other, and in a lane one tier after the other.
 * What is quick and tells most comes first. Servers on this machine and those in pods are mostly waited for, and have no
 * port, address or directory in common.
 */
export const steps: readonly (readonly (readonly Tier[])[])[] = [
  [[tier('pure')]],
  [
    [tier('pg'), tier('store'), tier('page'), tier('e2e')],
    [{ name: 'kube', projects: ['kube', 'kube-alone'] }],
  ],
  [[tier('kube-machine')]],
];
