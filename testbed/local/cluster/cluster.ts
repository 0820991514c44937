import { rm } from 'node:fs/promises';
import { HowdahError } from '@howdah/core/errors';
import { errorCatalogue } from '@howdah/testbed-tools/errors';
import { getText } from '@howdah/testbed-tools/http';
import type { Managed, Supervisor } from '@howdah/testbed-tools/process/supervisor';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import type { ClusterLayout, Passwords } from './layout.ts';
import { Member } from './member.ts';
import { type ClusterMember, isPrimary, readCluster } from './patroni.ts';
import { patroniUser } from './patroni-config.ts';
import { pgbackrest } from './pgbackrest.ts';

/** A running local cluster. */
export class Cluster {
  readonly layout: ClusterLayout;
  readonly passwords: Passwords;
  readonly supervisor: Supervisor;
  readonly members: readonly Member[];

  constructor(layout: ClusterLayout, passwords: Passwords, supervisor: Supervisor) {
    this.layout = layout;
    this.passwords = passwords;
    this.supervisor = supervisor;
    this.members = layout.members.map((member) => new Member(member, layout, passwords, supervisor));
  }

  get patroniUrls(): readonly string[] {
    return this.members.map((member) => member.patroniUrl);
  }

  /** @throws HowdahError when there is no such member. */
  member(name: string): Member {
    const found = this.members.find((member) => member.name === name);
    if (found === undefined) {
      const names = this.members.map((member) => member.name).join(', ');
      throw new HowdahError(errorCatalogue.refused, `no member ${name}; there are ${names}`);
    }
    return found;
  }

  /** A part that is not a member's: `etcd`, `azurite`, `load`, `prometheus`, `console`. */
  part(id: string): Managed {
    const managed = this.supervisor.get(id);
    if (managed === undefined) throw new HowdahError(errorCatalogue.refused, `${id} was not started`);
    return managed;
  }

  /** Patroni's view of all members. */
  view(signal: AbortSignal): Promise<readonly ClusterMember[]> {
    return readCluster(this.patroniUrls, signal);
  }

  /** Waits, at most half a minute, for a member that is primary and running. */
  async primary(signal: AbortSignal): Promise<Member> {
    const found = await waitFor(
      'a primary',
      async (s) => (await this.view(s)).find((member) => isPrimary(member) && member.state === 'running'),
      { deadlineMs: 30_000, signal },
    );
    return this.member(found.name);
  }

  async replicas(signal: AbortSignal): Promise<readonly Member[]> {
    const primary = await this.primary(signal);
    return this.members.filter((member) => member !== primary);
  }

  /**
   * Hands the role over to `candidate`, or to whichever replica Patroni finds best; returns when that
   * one is primary and takes writes.
   */
  async switchover(
    signal: AbortSignal,
    candidate?: string,
  ): Promise<{ readonly from: Member; readonly to: Member }> {
    const from = await this.primary(signal);
    const response = await fetch(`${from.patroniUrl}/switchover`, {
      method: 'POST',
      signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)]),
      headers: { authorization: this.patroniAuthorization, 'content-type': 'application/json' },
      body: JSON.stringify({ leader: from.name, ...(candidate === undefined ? {} : { candidate }) }),
    });
    const answer = await response.text();
    if (!response.ok) {
      throw new HowdahError(errorCatalogue.notReached, `Patroni refused the switchover: ${answer}`);
    }
    const to = await waitFor(
      'the new primary to take writes',
      async (s) => {
        const next = (await this.view(s)).find((member) => isPrimary(member) && member.name !== from.name);
        if (next === undefined) return undefined;
        const member = this.member(next.name);
        const [row] = await member.query('SELECT pg_is_in_recovery() AS replica');
        return row?.replica === false ? member : undefined;
      },
      { deadlineMs: 60_000, signal },
    );
    return { from, to };
  }

  /** For Patroni's writing endpoints. */
  get patroniAuthorization(): string {
    return `Basic ${Buffer.from(`${patroniUser}:${this.passwords.patroniRest}`).toString('base64')}`;
  }

  /** Runs pgBackRest as the first member's configuration says; the repository is the same for all. */
  pgbackrest(args: readonly string[], signal: AbortSignal): Promise<string> {
    const [member] = this.layout.members;
    if (member === undefined) throw new HowdahError(errorCatalogue.refused, 'a cluster without members');
    return pgbackrest(this.layout, member, args, signal);
  }

  /** Waits until every suite's HTTP server answers; being ready is the agents' own affair. */
  async waitForAgents(signal: AbortSignal): Promise<void> {
    await Promise.all(
      this.members.map((member) =>
        waitFor(`the agents of ${member.name}`, (s) => getText(`${member.agentUrl}/healthz`, s), {
          deadlineMs: 30_000,
          signal,
          explain: () => member.suite.logTail(),
        }),
      ),
    );
  }

  /** Ends everything in order and removes its files. */
  async stop(): Promise<void> {
    await this.supervisor.stopAll();
    await rm(this.layout.runDirectory, { recursive: true, force: true });
  }
}
