import type { Authority } from '@howdah/testbed-tools/certificates';
import type { Supervisor } from '@howdah/testbed-tools/process/supervisor';
import type { OsUser } from '@howdah/testing/run-as';
import type { KubeApi } from '../api.ts';
import type { KubeLayout } from '../layout.ts';
import type { PartName } from '../part-names.ts';
import type { KubePrograms } from '../programs.ts';

/** What every part is built of; all of it inside the node's namespaces. */
export interface NodeContext {
  readonly layout: KubeLayout;
  readonly programs: KubePrograms;
  readonly supervisor: Supervisor;
  readonly authority: Authority;
  readonly api: KubeApi;
}

/** How one part is started. */
export interface PartCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Default: root, as the node itself. */
  readonly user?: OsUser;
}

export interface Part {
  readonly id: PartName;
  /** Parts with a lower one end first. */
  readonly stage: number;
  /** Writes what it reads, and says how to start it. */
  readonly prepare: (context: NodeContext) => Promise<PartCommand>;
  readonly isReady: (context: NodeContext, signal: AbortSignal) => Promise<boolean>;
  readonly readyWithinMs: number;
}

/** The kubelet first: it would start again what the others end. The API and its memory last. */
export const kubeStages = {
  observers: 0,
  kubelet: 1,
  controllers: 2,
  runtime: 3,
  api: 4,
  memory: 5,
} as const;
