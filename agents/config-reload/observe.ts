import type { DynamicConfig, Member } from '@howdah/patroni/answers';
import type { PatroniClient } from '@howdah/patroni/client';
import type { AppliedFiles } from './applied-files.ts';
import type { FilesCheckInput } from './check.ts';
import type { Difference } from './compare.ts';
import type { OpenSession } from './confirm.ts';
import { type KeptLoginsInput, keptLogins } from './kept-logins.ts';
import { addressesOf, ownNetworks } from './member-addresses.ts';
import type { LastGood } from './memory.ts';
import { digestOfText } from './read.ts';
import { type ServerView, viewServer } from './server.ts';

/** What Patroni says of this member and of the cluster-wide configuration. */
export interface PatroniView {
  readonly member: Member;
  readonly config: DynamicConfig;
}

export const viewPatroni = async (patroni: PatroniClient, signal: AbortSignal): Promise<PatroniView> => ({
  member: await patroni.member(signal),
  config: await patroni.config(signal),
});

/** The server, in one session that ends with the look. */
export const observeServer = async (openSession: OpenSession, signal: AbortSignal): Promise<ServerView> => {
  await using session = await openSession(signal);
  return await viewServer(session, signal);
};

export interface SurroundingsInput {
  readonly kept: Omit<KeptLoginsInput, 'cluster'>;
  readonly server: ServerView;
  /** Absent without Patroni. */
  readonly patroni?: { readonly client: PatroniClient; readonly view: PatroniView };
}

/** Who must stay able to log in, and what decides about it beside the rules of pg_hba.conf. */
export const surroundingsOf = async (
  { kept, server, patroni }: SurroundingsInput,
  signal: AbortSignal,
): Promise<Pick<FilesCheckInput, 'keptLogins' | 'surroundings'>> => {
  const members = patroni === undefined ? [] : await addressesOf(await patroni.client.cluster(signal));
  return {
    keptLogins: keptLogins({
      ...kept,
      ...(patroni === undefined
        ? {}
        : { cluster: { members, usePgRewind: patroni.view.config.usePgRewind } }),
    }),
    surroundings: {
      major: server.major,
      groupsOf: server.groupsOf,
      networks: ownNetworks(),
      namesOf: new Map(
        members.flatMap(({ host, addresses }) => addresses.map((ip) => [ip, [host]] as const)),
      ),
      serverHasTls: server.facts.hasTls,
    },
  };
};

/** Applied files on disk that are not the ones last applied; whether the server has read them, nobody can see. */
export const editedFiles = async (
  files: AppliedFiles,
  lastGood: LastGood | undefined,
): Promise<readonly Difference[]> => {
  if (lastGood === undefined) return [];
  const texts = await files.read();
  return [
    ...edited('postgresql.conf', files.paths.conf, lastGood.confDigest, texts.conf),
    ...edited('pg_hba.conf', files.paths.hba, lastGood.hbaDigest, texts.hba),
  ];
};

const edited = (
  name: string,
  path: string,
  desired: string | undefined,
  text: string | undefined,
): readonly Difference[] => {
  const actual = text === undefined ? undefined : digestOfText(text);
  if (desired === undefined || actual === desired) return [];
  return [
    {
      name,
      desired: `sha256 ${desired.slice(0, 12)}`,
      actual: actual === undefined ? 'no file' : `sha256 ${actual.slice(0, 12)}`,
      cause: 'hand-edit',
      source: `a change by hand in ${path}`,
    },
  ];
};
