/** One field that would change. Of a Secret only the field is told, never a value. */
export interface Difference {
  /** `spec.replicas`; of a file in a ConfigMap `postgresql.conf: work_mem`. */
  readonly path: string;
  /** Absent where it is not there yet, or is not shown. */
  readonly from?: string;
  readonly to?: string;
  readonly hidden?: true;
}

export interface ObjectPlan {
  readonly kind: string;
  readonly name: string;
  /** `replaced`: the object alone; what it owns stays. `refused`: by the API server, as `note` says. */
  readonly what: 'made' | 'changed' | 'replaced' | 'stays' | 'refused';
  readonly differences: readonly Difference[];
  readonly note?: string;
}

/** One thing that is done to a member, in the order of the list. */
export interface PodStep {
  readonly member: string;
  readonly does: string;
  /** What it waits for, where that is not the step before. */
  readonly waits?: string;
}

export interface VolumePlan {
  readonly claim: string;
  readonly from: string;
  readonly to: string;
  /** Why the API server refuses. */
  readonly refused?: string;
}

/** What would be done to one cluster if its manifest were applied. */
export interface ClusterPlan {
  readonly namespace: string;
  readonly name: string;
  /** Why nothing would be done: in the words of the API server, or of the operator. */
  readonly refusals: readonly string[];
  /** Parts of the spec that would not come into force, though the rest would. */
  readonly configProblems: readonly string[];
  readonly paused: boolean;
  readonly objects: readonly ObjectPlan[];
  /** Of Patroni's cluster-wide configuration. */
  readonly patroni: readonly Difference[];
  readonly pods: readonly PodStep[];
  readonly volumes: readonly VolumePlan[];
  /** Roles with their databases: brought about when the primary runs. */
  readonly users: readonly { readonly name: string; readonly databases: readonly string[] }[];
}

export interface Plan {
  readonly clusters: readonly ClusterPlan[];
  /** Other objects of the files, `Secret s3`: a cluster may rest on them; no plan is made of them. */
  readonly others: readonly string[];
}
