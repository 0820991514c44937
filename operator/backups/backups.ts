import { isDeepStrictEqual } from 'node:util';
import { type PostgresBackup, postgresBackup } from '@howdah/kinds/postgres-backup';
import type { KubeApi } from '@howdah/kube/api';
import type { Events } from '@howdah/kube/events';
import type { KubeObject } from '@howdah/kube/object';
import type { Fleet } from '@howdah/status/fleet';
import { writeStatus } from '../apply/write-status.ts';
import type { Mirrors } from '../mirrors.ts';
import { requestStatus } from './requests.ts';

export interface BackupsInput {
  readonly api: KubeApi;
  readonly mirrors: Mirrors;
  readonly events: Events;
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
  async look(namespace: string, cluster: string, fleet: Fleet, signal: AbortSignal): Promise<boolean> {
    const open = this.#asked(namespace, cluster).filter(({ backup }) => backup.status.phase !== 'Done');
    for (const each of open) await this.#tell(each, fleet, signal);
    return open.length > 0;
  }

  async #tell({ object, backup }: Asked, fleet: Fleet, signal: AbortSignal): Promise<void> {
    const status = requestStatus(backup, fleet);
    if (status === undefined || isDeepStrictEqual(status, backup.status)) return;
    await writeStatus(this.#input.api, object, status, signal);
    const { phase = 'Pending', message = '' } = status;
    if (phase === backup.status.phase) return;
    const type = phase === 'Failed' ? 'Warning' : 'Normal';
    await this.#input.events.tell(object, { type, reason: phase, action: 'Backup', note: message }, signal);
  }
}
