import type { ConfigReloadStatus } from '@howdah/status/config-reload';
import { rollBack, sourceFilesOf } from './apply.ts';
import { bringIntoForce, type ForceTools, settleLater } from './bring-into-force.ts';
import { type CheckedFiles, checkFiles, type FilesCheckInput } from './check.ts';
import { clusterWideDrift, onTheWay } from './cluster-wide.ts';
import { type Comparison, compare } from './compare.ts';
import { parseHba } from './hba-file.ts';
import type { KeptLoginsInput } from './kept-logins.ts';
import type { LastGood } from './memory.ts';
import type { ApplyOutcome, ConfigReloadMetrics } from './metrics.ts';
import { editedFiles, observeServer, type PatroniView, surroundingsOf, viewPatroni } from './observe.ts';
import type { Problem } from './problem.ts';
import { digestOfSources, readSources, type Sources } from './read.ts';
import { Refused } from './refused.ts';
import { differencesOf, filesOf, phaseOf, sinceOf } from './report.ts';
import { routeSettings } from './route.ts';
import type { ServerView } from './server.ts';
import { isNothing, sourcesOf, withLastGood } from './sources-in-force.ts';

export interface ReloaderInput extends ForceTools {
  readonly sourceDirectory: string;
  readonly kept: Omit<KeptLoginsInput, 'cluster'>;
  readonly preloadLibraries: readonly string[];
  readonly metrics: ConfigReloadMetrics;
}

/** One version of the files and everything around it, as one look found them. */
interface Scene {
  readonly mounted: Sources;
  readonly sources: Sources;
  readonly digest: string;
  readonly lastGood: LastGood | undefined;
  readonly server: ServerView;
  readonly patroni: PatroniView | undefined;
}

/** Looks at the mounted files and at the server, and brings the one to the other. */
export class Reloader {
  readonly #input: ReloaderInput;
  readonly #refused = new Refused();
  /** When the newest version was first seen, to measure how long it took. */
  #seen: { readonly digest: string; readonly atMs: number } | undefined;

  constructor(input: ReloaderInput) {
    this.#input = input;
  }

  /**
   * One look, and all that follows from it.
   *
   * @throws HowdahError when the mount, the server, Patroni or a file of ours are away: the next look begins anew.
   */
  async look(signal: AbortSignal): Promise<ConfigReloadStatus> {
    const { sourceDirectory, memory, openSession, clock } = this.#input;
    // A trial that an earlier look could not finish is undone before anything else, whatever is mounted now.
    if (await this.#input.files.onTrial()) await rollBack(this.#input, signal);
    const mounted = await readSources(sourceDirectory);
    const lastGood = await memory.lastGood.read();
    const sources = withLastGood(mounted, lastGood);
    const digest = digestOfSources(sources);
    if (this.#seen?.digest !== digest) this.#seen = { digest, atMs: clock.monotonicMs() };
    if (isNothing(sources)) return nothingMounted(mounted);

    const patroni = await this.#viewPatroni(signal);
    const server = await observeServer(openSession, signal);
    const scene: Scene = { mounted, sources, digest, lastGood, server, patroni };
    const problems = await this.#bringIntoForce(scene, signal);
    return this.#compare(scene, problems, signal);
  }

  /** Lets go of the connection to Patroni. */
  close(): void {
    this.#input.patroni?.close();
  }

  async #viewPatroni(signal: AbortSignal): Promise<PatroniView | undefined> {
    const { patroni } = this.#input;
    return patroni === undefined ? undefined : viewPatroni(patroni, signal);
  }

  /** @returns why the newest files are not in force; empty when they are. */
  async #bringIntoForce(scene: Scene, signal: AbortSignal): Promise<readonly Problem[]> {
    const { clock, metrics } = this.#input;
    if (await this.#isInForce(scene)) {
      this.#refused.forget();
      return [];
    }
    const key = `${scene.digest} ${scene.server.facts.startedAt}`;
    const { files, problems } = await this.#check(scene, signal);
    if (problems.length > 0) return this.#refuse(key, { outcome: 'refused', problems, mayPass: false });
    const known = this.#refused.problemsOf(key, clock.monotonicMs());
    if (known !== undefined) return known;
    try {
      const result = await bringIntoForce({ ...scene, files }, this.#input, signal);
      if (result.outcome !== 'applied') return this.#refuse(key, { mayPass: false, ...result });
    } catch (error) {
      if (!signal.aborted) metrics.applies.inc({ outcome: 'failed' });
      throw error;
    }
    this.#refused.forget();
    metrics.applies.inc({ outcome: 'applied' });
    metrics.propagation.observe((clock.monotonicMs() - (this.#seen?.atMs ?? clock.monotonicMs())) / 1_000);
    return [];
  }

  /** The server runs with these files, and would find them again at its next start. */
  async #isInForce({ digest, lastGood, server, sources }: Scene): Promise<boolean> {
    if (lastGood?.digest !== digest) return false;
    const { conf, hba } = await this.#input.files.read();
    if (lastGood.hbaDigest !== undefined && hba === undefined) return false;
    return !hasConf(sources) || (conf !== undefined && server.facts.marker === digest);
  }

  async #check({ sources, server, patroni }: Scene, signal: AbortSignal) {
    const client = this.#input.patroni;
    const around = await surroundingsOf(
      {
        kept: this.#input.kept,
        server,
        ...(client === undefined || patroni === undefined ? {} : { patroni: { client, view: patroni } }),
      },
      signal,
    );
    return checkFiles(sources, { ...this.#checkInput(server, patroni), ...around });
  }

  #checkInput(server: ServerView, patroni: PatroniView | undefined) {
    return {
      known: server.settings,
      extensions: server.extensions,
      preloadLibraries: this.#input.preloadLibraries,
      withPatroni: patroni !== undefined,
    };
  }

  #refuse(
    key: string,
    { outcome, problems, mayPass }: { outcome: ApplyOutcome; problems: readonly Problem[]; mayPass: boolean },
  ): readonly Problem[] {
    const nowMs = this.#input.clock.monotonicMs();
    if (this.#refused.remember(key, problems, { mayPass, nowMs }))
      this.#input.metrics.applies.inc({ outcome });
    return problems;
  }

  /** What is in force, beside what the server runs with. */
  async #compare(
    scene: Scene,
    problems: readonly Problem[],
    signal: AbortSignal,
  ): Promise<ConfigReloadStatus> {
    const { memory, openSession, files, clock } = this.#input;
    const { mounted, digest } = scene;
    let lastGood = await memory.lastGood.read();
    // After an apply, what was observed before it is of no use any more.
    const isStale = lastGood?.appliedAt !== scene.lastGood?.appliedAt;
    const server = isStale ? await observeServer(openSession, signal) : scene.server;
    const patroni = isStale ? await this.#viewPatroni(signal) : scene.patroni;
    const inForce = this.#settingsOf(lastGood, server, patroni);
    const { toFile, toPatroni } = routeSettings(inForce.settings, patroni !== undefined);
    // One that is written in this very look is not in the view that was taken before.
    const wasSettled = lastGood?.patroniSettled === true;
    if (lastGood !== undefined)
      lastGood = await settleLater(lastGood, toPatroni, patroni, this.#input, signal);

    const ownFiles = await files.namesOfConf(sourceFilesOf(server));
    const compared = compare({
      settings: toFile,
      view: server,
      ownFiles,
      withPatroni: patroni !== undefined,
    });
    const clusterWide =
      wasSettled && patroni !== undefined ? clusterWideDrift(toPatroni, patroni.config) : [];
    const awaiting = onTheWay(toPatroni, server).filter(
      (name) => !clusterWide.some((difference) => difference.name === name),
    );
    const comparison: Comparison = {
      pendingRestart: compared.pendingRestart,
      drift: [...compared.drift, ...clusterWide, ...(await editedFiles(files, lastGood))],
    };
    const now = clock.now().toISOString();
    const since = await this.#rememberSince(comparison, now);
    return {
      version: 1,
      desiredDigest: digest,
      ...(lastGood === undefined ? {} : { appliedDigest: lastGood.digest, appliedAt: lastGood.appliedAt }),
      phase: phaseOf(problems, awaiting, comparison),
      problems: [...problems],
      awaiting: [...awaiting],
      ...differencesOf(comparison, since, now),
      files: filesOf(mounted, inForce.settings, parseHba(inForce.hba ?? '').rules.length),
    };
  }

  #settingsOf(
    lastGood: LastGood | undefined,
    server: ServerView,
    patroni: PatroniView | undefined,
  ): CheckedFiles {
    if (lastGood === undefined) return { settings: [], hasConf: false };
    const input: FilesCheckInput = {
      ...this.#checkInput(server, patroni),
      // They were judged when they were applied; here they are only read.
      keptLogins: [],
      surroundings: {
        major: server.major,
        groupsOf: server.groupsOf,
        networks: [],
        namesOf: new Map(),
        serverHasTls: server.facts.hasTls,
      },
    };
    return checkFiles(sourcesOf(lastGood), input).files;
  }

  async #rememberSince(comparison: Comparison, now: string) {
    const { since } = this.#input.memory;
    const before = (await since.read())?.since ?? {};
    const after = sinceOf(comparison, before, now);
    if (JSON.stringify(before) !== JSON.stringify(after)) await since.write({ format: 1, since: after });
    return after;
  }
}

const hasConf = (sources: Sources): boolean =>
  sources['postgresql.conf'].state === 'read' || sources['pgaudit.conf'].state === 'read';

/** No file is mounted and none ever was: the server’s configuration is nobody’s business here. */
const nothingMounted = (mounted: Sources): ConfigReloadStatus => ({
  version: 1,
  phase: 'in-force',
  problems: [],
  pendingRestart: [],
  drift: [],
  files: filesOf(mounted, [], 0),
});
