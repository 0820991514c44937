import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '@howdah/core/clock';
import { type PostgresBackup, postgresBackup, type RequestStatus } from '@howdah/kinds/postgres-backup';
import type { ClusterSpec } from '@howdah/kinds/postgres-cluster';
import type { KubeApi } from '@howdah/kube/api';
import type { Events } from '@howdah/kube/events';
import type { KubeObject } from '@howdah/kube/object';
import { writeStatus } from '@howdah/kube/write-status';
import type { Fleet } from '@howdah/status/fleet';
import type { Mirrors } from '../mirrors.ts';
import { isOver, obstacle, requestStatus } from './requests.ts';

export interface BackupsInput {
  readonly api: KubeApi;
  readonly mirrors: Mirrors;
  readonly events: Pick<Events, 'tell'>;
  readonly clock: Clock;
}

/** A cluster as one look found it. */
export interface BackupsScene {
  readonly namespace: string;
  readonly name: string;
  readonly fleet: Fleet;
  readonly backup: ClusterSpec['backup'];
}

interface Asked {
  readonly object: KubeObject;
  readonly backup: PostgresBackup;
}

/** The PostgresBackups: what the agents are asked for, and what came of it. */
export class Backups {
  readonly #input: BackupsInput;

  constructor(input: BackupsInput) {
    this.#input = input;
  }

  #asked(namespace: string, cluster: string): readonly Asked[] {
    return [...this.#input.mirrors.backups.values()]
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map((object) => ({ object, backup: postgresBackup.parse(object) }))
      .filter(({ backup }) => backup.spec.cluster === cluster);
  }

  of(namespace: string, cluster: string): readonly PostgresBackup[] {
    return this.#asked(namespace, cluster).map(({ backup }) => backup);
  }

  /** Tells what the repository shows. @returns whether one is under way. */
  async look({ namespace, name, fleet, backup }: BackupsScene, signal: AbortSignal): Promise<boolean> {
    const now = this.#input.clock.now();
    let underWay = false;
    for (const each of this.#asked(namespace, name).filter(({ backup }) => !isOver(backup))) {
      const why = obstacle(each.backup, backup.repositories);
      underWay ||= why === undefined;
      const status = why === undefined ? requestStatus(each.backup, fleet, now) : pending(why);
      if (status !== undefined) await this.#tell(each, status, signal);
    }
    return underWay;
  }

  /** The cluster that they name is not there: nobody else would say so. */
  async orphaned(namespace: string, cluster: string, signal: AbortSignal): Promise<void> {
    const open = this.#asked(namespace, cluster).filter(({ backup }) => !isOver(backup));
    const status = pending(
      `there is no PostgresCluster ${cluster} in ${namespace}; it is taken when there is one`,
    );
    for (const each of open) await this.#tell(each, status, signal);
  }

  async #tell({ object, backup }: Asked, status: RequestStatus, signal: AbortSignal): Promise<void> {
    if (isDeepStrictEqual(status, backup.status)) return;
    await writeStatus(this.#input.api, object, status, signal);
    const { phase = 'Pending', message = '' } = status;
    // Each failure is told, also of one that is tried again.
    if (phase === backup.status.phase && message === backup.status.message) return;
    const type =
      phase === 'Failed' || (phase === 'Pending' && status.member !== undefined) ? 'Warning' : 'Normal';
    const happening = { type, reason: phase, action: 'Backup', note: message, topic: 'phase' } as const;
    await this.#input.events.tell(object, happening, signal);
  }
}

const pending = (message: string): RequestStatus => ({ phase: 'Pending', message });
