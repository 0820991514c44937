import type { PartName, StoreName } from './part-names.ts';
import type { StoreFacts } from './stores/store-facts.ts';

/** Where a cluster comes from: built and started here, an installed kind, or whatever KUBECONFIG names. */
export type ClusterOrigin = 'own' | 'kind' | 'given';

/** One process of the own cluster. */
export interface KubePart {
  /** SIGTERM, then SIGKILL; stays down until {@link start}. */
  stop(signal: AbortSignal): Promise<void>;
  /** SIGKILL; stays down until {@link start}. */
  kill(signal: AbortSignal): Promise<void>;
  /** Starts it when it is not running, and waits until it answers. */
  start(signal: AbortSignal): Promise<void>;
  /** SIGSTOP: connections are taken and nothing is ever answered. */
  freeze(signal: AbortSignal): Promise<void>;
  /** SIGCONT. */
  thaw(signal: AbortSignal): Promise<void>;
}

export interface CommandOptions {
  readonly input?: string;
  /** Default one minute. */
  readonly timeoutMs?: number;
}

/** A running Kubernetes to test on. */
export interface KubeCluster {
  readonly origin: ClusterOrigin;
  /** Path of a kubeconfig with the rights of an administrator. */
  readonly kubeconfig: string;
  /** KUBECONFIG, and a PATH with kubectl and helm. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where pods reach what listens on this machine for them, e.g. the stores. */
  readonly nodeAddress: string;
  /**
   * Runs kubectl to its end and gives what it printed.
   *
   * @throws an Error with the end of its words when it exits other than 0.
   */
  kubectl(args: readonly string[], signal: AbortSignal, options?: CommandOptions): Promise<string>;
  helm(args: readonly string[], signal: AbortSignal, options?: CommandOptions): Promise<string>;
  /** Loads an OCI or docker archive; containers then name it `howdah/agent:dev` with imagePullPolicy Never. */
  loadImage(archive: string, signal: AbortSignal): Promise<void>;
  /** Starts a store when it does not run yet, and tells how to reach it. The own cluster only. */
  store<Name extends StoreName>(name: Name, signal: AbortSignal): Promise<StoreFacts[Name]>;
  /** A part to break. The own cluster only. */
  part(name: PartName): KubePart;
  /** Ends the cluster if it is our own; any other stays as it is. */
  down(): Promise<void>;
}

export interface StartOptions {
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
  /** Default: `HOWDAH_KUBE_CLUSTER`, else `own`. */
  readonly origin?: ClusterOrigin;
}
