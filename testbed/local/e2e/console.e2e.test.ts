import { launchBrowser } from '@howdah/console/testing/browser';
import { getJson } from '@howdah/testbed-tools/http';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startConsole } from '../cluster/console.ts';
import type { Member } from '../cluster/member.ts';
import { useCluster } from './use-cluster.ts';

const { cluster, signal } = useCluster({ basePort: 24_400 });

let browser: Awaited<ReturnType<typeof launchBrowser>>;
let page: Awaited<ReturnType<typeof browser.newPage>>;
const complaints: string[] = [];

beforeAll(async () => {
  await startConsole(cluster().supervisor, cluster().layout, signal());
  browser = await launchBrowser();
  page = await browser.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`http://127.0.0.1:${cluster().layout.ports.console}/`);
});
afterAll(() => browser?.close());

/** The page is loaded once: what it shows later came to it by itself. */
const shows = (what: string, selector: string, text: RegExp, deadlineMs: number) =>
  waitFor(what, async () => text.test((await page.locator(selector).first().textContent()) ?? ''), {
    deadlineMs,
    signal: signal(),
    everyMs: 500,
    explain: async () => `the page says: ${await page.locator('main').textContent()}`,
  });

const card = (member: Member): string => `#members .card:has(h3:text-is("${member.name}"))`;

it('says that all is well once the first backup is in the repository', async () => {
  await shows('the page to be content', 'h1', /^All is well: pg-\d is primary, 2 replicas follow/, 180_000);
  await shows('a repository with a backup', '.repositories', /Repository 1: [1-9]\d* backups?/, 5_000);
  const primary = await cluster().primary(signal());
  expect(await page.locator(card(primary)).textContent()).toContain('Primary');
  expect(complaints).toEqual([]);
});

it('follows a switchover without being loaded again', async () => {
  const { from, to } = await cluster().switchover(signal());
  await shows('the new primary', card(to), /Primary.*Timeline2/, 30_000);
  await shows('the old primary as a replica', card(from), /Replica.*Timeline2/, 60_000);
  await shows(
    'the page to be content again',
    'h1',
    new RegExp(`^All is well: ${to.name} is primary`),
    90_000,
  );
});

it('shows a member whose agents were killed as stale with its age, and as it is when they are back', async () => {
  const [replica] = await cluster().replicas(signal());
  if (replica === undefined) throw new Error('a cluster without replicas');
  replica.suite.kill('SIGKILL');
  await shows('its age', card(replica), /Stale: \d+ s old/, 30_000);
  await shows('the finding', 'h1', new RegExp(`^The agents of ${replica.name} have not answered`), 5_000);
  expect(await page.locator(card(replica)).getAttribute('class')).toContain('old');
  replica.suite.start();
  await shows('all well again', 'h1', /^All is well/, 60_000);
  expect(await page.locator(card(replica)).textContent()).not.toContain('Stale');
});

it('hands out no secret', async () => {
  const said = await getJson(`http://127.0.0.1:${cluster().layout.ports.console}/api/fleet`, signal());
  expect(JSON.stringify(said)).not.toMatch(/password|secret|accountKey/i);
});
