import { readFile } from 'node:fs/promises';
import { example } from '@howdah/helm/testing/chart';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { storedBackups } from './oracles/repository.ts';
import { usePatroni } from './patroni/use-patroni.ts';

/** Of the range that OpenShift gives to a namespace; a member of group 0, and known to no passwd. */
const uid = 1_000_650_000;
const anyUid = async (name: string): Promise<string> => readFile(example(`any-uid/${name}.yaml`), 'utf8');

const patroni = usePatroni({
  namespace: 'any-uid',
  members: 1,
  values: parse(await anyUid('values')),
  patches: [
    parse(await anyUid('pod')),
    // What admission does there.
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'patroni' },
      spec: { template: { spec: { securityContext: { runAsUser: uid, runAsGroup: 0, fsGroup: uid } } } },
    },
  ],
  // They wait for their passwords.
  readyPorts: [],
});

const passwords = z.object({ stringData: z.record(z.string(), z.string()) });

it('PostgreSQL serves, and agents without a password say which file they wait for', async () => {
  const pod = await patroni().pod('patroni-0');
  expect(await patroni().query(pod, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  const exporter = await patroni().waitFor(
    'the exporter to say what is wrong with its file',
    async () => (await patroni().status(pod)).agents.exporter?.config,
    30_000,
  );
  expect(JSON.stringify(exporter)).toContain('/etc/howdah/secrets/roles/howdah_monitor');
});

it('all five agents are ready by the passwords of a Secret, under a uid without a name', async () => {
  const secrets = await anyUid('secrets');
  const { stringData } = passwords.parse(parse(secrets));
  const pod = await patroni().pod('patroni-0');
  for (const [role, password] of Object.entries(stringData))
    await patroni().query(pod, `ALTER ROLE ${role} PASSWORD '${password}'`);
  const give = async (keys: Readonly<Record<string, string>>) => {
    const input = stringify({ ...parse(secrets), stringData: keys });
    await patroni().kubectl(['apply', '-f', '-'], { input });
    const edited = `howdah.dev/edited=${Object.keys(keys).length}`;
    await patroni().kubectl(['annotate', 'pods', '--all', '--overwrite', edited]);
  };
  // First the one that puts its pg_hba.conf into force: from then on nobody gets in by peer, which the image has.
  const { howdah_config: config = '' } = stringData;
  await give({ howdah_config: config });
  const methods = `SELECT string_agg(DISTINCT auth_method, ',') AS local FROM pg_hba_file_rules WHERE type = 'local'`;
  await patroni().waitFor(
    'passwords to be the only way in by the socket',
    async () => (await patroni().query<{ local: string }>(pod, methods))[0]?.local === 'scram-sha-256',
    90_000,
  );
  expect(await storedBackups(patroni(), pod)).toEqual([]);
  await give(stringData);
  await patroni().agentsReady();

  const who = 'console.log(JSON.stringify([process.getuid(), process.getgid()]))';
  const script = `${who}; try { os.userInfo() } catch ({ code }) { console.log(code) }`;
  const said = await patroni().exec(pod.name, 'howdah', ['/usr/local/bin/node', '-e', script]);
  expect(said).toBe(`[${uid},0]\nERR_SYSTEM_ERROR\n`);
});

it('pgBackRest takes the first backup with the same password', async () => {
  const pod = await patroni().pod('patroni-0');
  const backup = await waitFor('a first backup', async () => (await storedBackups(patroni(), pod))[0], {
    ...{ deadlineMs: 150_000, everyMs: 1_000, signal: patroni().signal, explain: patroni().lastWords },
  });
  expect(backup).toMatchObject({ type: 'full', error: false });
});
