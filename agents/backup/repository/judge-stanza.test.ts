import { readFileSync } from 'node:fs';
import { parseInfo } from '@howdah/pgbackrest/info';
import { describe, expect, it } from 'vitest';
import { at, backupOf, viewOf } from '../testing/samples.ts';
import { judged, judgeStanza, type Sharing, type StanzaEvidence } from './judge-stanza.ts';
import { type RepositoryView, viewsAfter } from './views.ts';

const cluster = { systemIdentifier: '7000000000000000001', majorVersion: 17 };
const evidence = (more: Partial<StanzaEvidence> = {}): StanzaEvidence => ({
  ...{ cluster, volumes: new Map(), seen: new Set() },
  ...more,
});
const of = (postgresVersion: string, systemIdentifier: string, more: Partial<RepositoryView> = {}) =>
  viewOf([], { database: { databaseId: 1, postgresVersion, systemIdentifier }, ...more });
const missing = (more: Partial<RepositoryView> = {}) => viewOf([], { stanzaMissing: true, ...more });
const volume = (sharing: Sharing | undefined) => ({ volumes: new Map([[1, sharing]]) });
const judge = (view: RepositoryView, more: Partial<StanzaEvidence> = {}) => judgeStanza(view, evidence(more));

describe('a stanza', () => {
  it('of this cluster is ours', () => {
    expect(judge(of('17', cluster.systemIdentifier))).toEqual({ kind: 'ours' });
  });

  it('of another cluster of the same version is refused, with both identifiers and what to do', () => {
    const judgement = judge(of('17', '7000000000000000002'));
    expect(judgement).toMatchObject({ kind: 'refused', foreign: true });
    expect(judgement).toMatchObject({
      because: expect.stringMatching(
        /7000000000000000002.*7000000000000000001; give this cluster a stanza or a path of its own$/,
      ),
    });
  });

  it('of another cluster of the same version is refused whatever a person said', () => {
    const upgradeFrom = '7000000000000000002';
    expect(judge(of('17', upgradeFrom), { upgradeFrom })).toMatchObject({ kind: 'refused' });
  });

  it('of an older version is refused until a person says that it was this cluster', () => {
    const older = of('15', '7000000000000000002');
    expect(judge(older)).toMatchObject({
      ...{ kind: 'refused', foreign: true },
      because: expect.stringContaining('stanzaUpgradeFrom: "7000000000000000002"'),
    });
    expect(judge(older, { upgradeFrom: '7000000000000000003' })).toMatchObject({ kind: 'refused' });
    expect(judge(older, { upgradeFrom: '7000000000000000002' })).toEqual({ kind: 'upgrade' });
  });

  it('of a newer version is refused: the upgrade was given up, or it is another cluster', () => {
    const upgradeFrom = '7000000000000000002';
    expect(judge(of('18', upgradeFrom), { upgradeFrom })).toMatchObject({ kind: 'refused' });
    expect(judge(of('18', cluster.systemIdentifier))).toMatchObject({ kind: 'refused' });
  });

  it('stays refused while its repository is away, of which nothing else can be said', () => {
    expect(judge(of('17', '7000000000000000002', { reachable: false }))).toMatchObject({ kind: 'refused' });
    expect(judge(of('17', cluster.systemIdentifier, { reachable: false }))).toBeUndefined();
    expect(judge(missing({ reachable: false }))).toBeUndefined();
  });

  it('is created where there is none', () => {
    expect(judge(missing())).toEqual({ kind: 'create' });
    expect(judge(missing(), volume('shared'))).toEqual({ kind: 'create' });
    expect(judge(missing(), volume(undefined))).toEqual({ kind: 'create' });
  });

  it('is read with all digits of its identifier, the newest of the databases of an upgraded one', () => {
    const path = new URL('../../../shared/pgbackrest/testdata/info-upgraded-2.55.json', import.meta.url);
    const [view] = viewsAfter(
      [],
      { at: at('02T00:00'), info: parseInfo(readFileSync(path, 'utf8'), 'main') },
      [1],
    );
    expect(readFileSync(path, 'utf8')).toContain(`"system-id":${view?.database?.systemIdentifier},`);
    expect(view?.database).toMatchObject({ databaseId: 2 });
  });
});

describe('a volume', () => {
  it('that no other member sees is refused, with a stanza and without', () => {
    const refused = { kind: 'refused', foreign: false, because: expect.stringContaining('shared: false') };
    expect(judge(of('17', cluster.systemIdentifier), volume('alone'))).toMatchObject(refused);
    expect(judge(missing(), volume('alone'))).toMatchObject(refused);
  });

  it('gets no stanza while others may have yet to say that they see it, and is used meanwhile if it has one', () => {
    expect(judge(missing(), volume('unknown'))).toMatchObject({ kind: 'wait' });
    expect(judge(of('17', cluster.systemIdentifier), volume('unknown'))).toEqual({ kind: 'ours' });
  });

  it('gets no other stanza where this member has seen one: it is not mounted any more', () => {
    expect(judge(missing(), { ...volume('shared'), seen: new Set([1]) })).toMatchObject({
      because: expect.stringContaining('this member has seen it there'),
    });
  });
});

it('what another cluster’s repository holds is none of this one’s backups', () => {
  const foreign = of('17', '7000000000000000002', {
    backups: [backupOf('full', at('01T00:00'))],
    walMax: '000000090000000000000001',
  });
  const [view] = judged([foreign], evidence());
  expect(view).toMatchObject({ backups: [], archives: [] });
  expect(view).not.toHaveProperty('walMax');
});
