import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundlePrograms } from '@howdah/testbed-bundle/programs';
import { freePort } from '@howdah/testbed-stores/server-process';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { ourselves, runAs } from '@howdah/testing/run-as';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentRecipe, defaultMajor, postgresRecipe } from './recipes.ts';
import { runContainer, startContainer } from './testing/container.ts';
import { expectedLabels } from './testing/image-labels.ts';
import { type OpenImage, openImage } from './testing/open-image.ts';
import { makeVolumes } from './testing/volumes.ts';

const own = { uid: 10001, gid: 10001 };
const arbitrary = { uid: 1000650000, gid: 0 };
const mega = 1_000_000;

const recipe = agentRecipe(process.version.slice(1));
let image: OpenImage;
beforeAll(async () => {
  image = await openImage(recipe);
}, 900_000);
afterAll(() => image?.[Symbol.asyncDispose]());

const inImage = async (...words: string[]): Promise<readonly string[]> => {
  const { stdout } = await runAs(ourselves(), 'find', [image.root, '-xdev', ...words, '-printf', '/%P\n']);
  return stdout.split('\n').filter(Boolean).toSorted();
};
const bytesOf = async (path: string): Promise<number> => {
  const { stdout } = await runAs(ourselves(), 'du', ['-sb', join(image.root, path)]);
  return Number(stdout.split('\t')[0]);
};

describe('what the agent image holds', () => {
  it('is under 200 MB, and the bundle under 10 MB', async () => {
    expect(await bytesOf('/')).toBeLessThan(200 * mega);
    expect(await bytesOf('/opt/howdah')).toBeLessThan(10 * mega);
  });

  it('has these programs and no other: no shell, no package manager', async () => {
    const programs = await inImage('-type', 'f', '-perm', '/111', '-not', '-name', '*.so*');
    expect(programs).toEqual([
      '/opt/howdah/cli/main.mjs',
      '/usr/bin/pgbackrest',
      '/usr/bin/tini',
      '/usr/local/bin/node',
    ]);
    expect(await inImage('-perm', '/6000', '-type', 'f')).toEqual([]);
  });

  it('holds this clone’s programs as they are now, whatever layers were kept', async () => {
    await using directory = await temporaryDirectory();
    await bundlePrograms(currentWorkspace().clone, 'agent', directory.path);
    // The name of each of these is a digest of what is in it.
    const expected = (await readdir(join(directory.path, 'shared'))).filter((name) => name.endsWith('.mjs'));
    const found = await readdir(join(image.root, 'opt/howdah/shared'));
    expect(found.filter((name) => name.endsWith('.mjs')).sort()).toEqual(expected.sort());
  });

  it('maps to sources of our own only', async () => {
    const maps = await inImage('-name', '*.map');
    const texts = await Promise.all(maps.map((path) => readFile(join(image.root, path), 'utf8')));
    expect(texts.length).toBeGreaterThan(10);
    expect(texts.filter((text) => text.includes('node_modules'))).toEqual([]);
  });

  it('lists what it is made of, in the image for scanners and beside it', async () => {
    const sbom = JSON.parse(await readFile(image.sbom, 'utf8')) as { components: { purl: string }[] };
    const purls = sbom.components.map(({ purl }) => purl).join('\n');
    for (const part of [/^pkg:npm\/pg@8/m, /^pkg:generic\/node@24/m, /^pkg:deb\/debian\/libssl3t64@/m])
      expect(purls).toMatch(part);
    expect(await inImage('-path', '*/dpkg/status.d/pgbackrest')).toHaveLength(1);
  });

  it('names its user by number, and says what it is', async () => {
    expect(image.config.User).toBe('10001:10001');
    expect(image.config.Labels).toMatchObject(await expectedLabels(recipe, /^Backups, metrics, logs/));
  });
});

describe.each([
  { who: 'its own user', user: own },
  { who: 'a user without a passwd entry', user: arbitrary },
])('the agent image on a read-only root as $who', ({ user }) => {
  it('runs the suite, which ends with 0 when asked to', async () => {
    const port = await freePort();
    await using volumes = await makeVolumes(user.gid, {
      '/etc/howdah/config/exporter.yaml': 'connection: [\n',
    });
    await using container = await startContainer(image, {
      ...user,
      mounts: volumes.mounts,
      env: { HOWDAH_HTTP_PORT: String(port) },
    });
    // The file is no YAML: the agent is told as misconfigured, and the suite runs.
    const status = await waitFor(
      'the suite',
      async (signal) => {
        const text = await (await fetch(`http://127.0.0.1:${port}/status`, { signal })).text();
        return text.includes('exporter') && text;
      },
      { deadlineMs: 30_000, signal: AbortSignal.timeout(40_000), explain: async () => container.output() },
    );
    expect(status).toContain('misconfigured');
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    await container.terminate();
    expect(await container.ended()).toBe(0);
  });

  it('runs a single agent', async () => {
    await using volumes = await makeVolumes(user.gid);
    await using container = await startContainer(image, {
      ...user,
      mounts: volumes.mounts,
      args: [...image.config.Entrypoint, '/opt/howdah/agents/backup/main.mjs'],
      env: { HOWDAH_HTTP_PORT: String(await freePort()) },
    });
    await waitFor('its first words', async () => container.output().includes('"listening"'), {
      deadlineMs: 30_000,
      signal: AbortSignal.timeout(40_000),
      explain: async () => container.output(),
    });
  });

  it('has the command howdah, without a shell', async () => {
    const { code, output } = await runContainer(image, {
      ...user,
      args: ['/usr/local/bin/howdah', '--help'],
    });
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('Usage: howdah') });
  });

  it('knows time zones, names of services and certificates', async () => {
    const script = `
      const { execFileSync } = require('node:child_process');
      const tls = require('node:tls');
      console.log(JSON.stringify({
        zone: new Date(0).toLocaleString('en', { timeZone: 'Asia/Kathmandu', hour: 'numeric' }),
        zones: require('node:fs').existsSync('/usr/share/zoneinfo/Asia/Kathmandu'),
        certificates: require('node:fs').readFileSync('/usr/lib/ssl/cert.pem', 'utf8').split('BEGIN').length > 100,
        secure: tls.createSecureContext() !== undefined,
        pgbackrest: String(execFileSync('/usr/bin/pgbackrest', ['version'])).trim(),
      }))`;
    const { output } = await runContainer(image, { ...user, args: ['/usr/local/bin/node', '-e', script] });
    expect(JSON.parse(output)).toMatchObject({ zones: true, certificates: true, secure: true });
  });
});

it('has the pgBackRest of the postgres image', async () => {
  await using postgres = await openImage(postgresRecipe(defaultMajor));
  const args = ['/usr/bin/pgbackrest', 'version'];
  const [here, there] = [
    await runContainer(image, { ...own, args }),
    await runContainer(postgres, { ...own, args }),
  ];
  expect(here.output).toMatch(/^pgBackRest 2\./);
  expect(here.output).toBe(there.output);
});
