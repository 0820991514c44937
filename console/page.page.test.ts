/// <reference lib="dom" />
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Fleet } from '@howdah/status/fleet';
import { night, quietFleet } from '@howdah/status/testdata/fleet';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchBrowser } from './testing/browser.ts';
import { recordedFleet } from './testing/recorded-fleet.ts';
import { type Served, serve } from './testing/serve.ts';
import { troubledFleet } from './testing/troubled-fleet.ts';

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const unasked = (): Fleet => ({
  now: night,
  staleAfterSeconds: 15,
  cluster: {},
  members: [{ name: 'pg-0', watched: true, agents: {} }],
});

let browser: Browser;
let served: Served;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  browser = await launchBrowser();
  served = await serve(quietFleet());
});
afterAll(async () => {
  await browser?.close();
  await served?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  served.show(quietFleet());
  complaints = [];
});
afterEach(() => page?.context().close());

/** Opens the page; what the browser complains of (a broken policy, an error) is kept. */
const open = async (options: Parameters<Browser['newContext']>[0] = {}, url = served.url): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  await page.waitForSelector('h2');
  return page;
};

const axe = async (): Promise<AxeResults['violations']> => {
  await page.addScriptTag({ content: axeSource });
  const found = await page.evaluate(async () => {
    const { axe: run } = globalThis as unknown as { axe: typeof import('axe-core') };
    return run.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
  });
  return found.violations;
};

const looks = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [360, 1280].map((width) => ({ colorScheme, width })),
);

describe.each(looks)('in $colorScheme at $width px', ({ colorScheme, width }) => {
  test.each([
    ['all is well', quietFleet],
    ['the demo’s own agents answer', recordedFleet],
    ['much is wrong', troubledFleet],
    ['nobody has answered', unasked],
  ])('axe finds nothing and nothing sticks out when %s', async (_, fleet) => {
    served.show(fleet());
    // axe is injected, which the page's own policy rightly forbids; that policy is tested below.
    await open({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
    for (const summary of await page.locator('summary').all()) await summary.click();
    const violations = await axe();
    expect(
      violations.map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html.slice(0, 120)) })),
    ).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  });
});

test('the first heading says whether all is well, and what is wrong first', async () => {
  await open();
  expect(await page.locator('h1').textContent()).toMatch(/^All is well: pg-0 is primary, 2 replicas follow/);
  served.show(troubledFleet());
  await page.waitForFunction(() =>
    document.querySelector('h1')?.textContent?.startsWith('WAL archiving fails'),
  );
  // The title follows in an effect, after the page was painted.
  await page.waitForFunction(() => document.title === '⬣ orders');
});

test('the browser finds nothing that the policy forbids, and asks nobody else', async () => {
  const asked = new Set<string>();
  await open();
  page.on('request', (request) => asked.add(new URL(request.url()).origin));
  await page.reload();
  await page.waitForSelector('h2');
  expect(complaints).toEqual([]);
  expect([...asked]).toEqual([new URL(served.url).origin]);
});

test('what is stale is shown as stale, with its age; the last answer stands there greyed', async () => {
  served.show(troubledFleet());
  await open();
  const card = page.locator('#members .card', { has: page.locator('h3', { hasText: 'pg-2' }) });
  expect(await card.getAttribute('class')).toContain('old');
  expect(await card.textContent()).toContain('Stale: 12 min old');
  expect(await card.textContent()).toContain('nobody listens there');
  expect(await card.textContent()).toContain('17.5');
});

test('a console that no longer answers is said so, and what stands there is called old', async () => {
  await using ending = await serve(quietFleet());
  await open({}, ending.url);
  await ending.stop();
  await page.waitForSelector('.page.old', { timeout: 20_000 });
  expect(await page.locator('h1').textContent()).toMatch(/^The console has not answered for \d+ s/);
  expect(await page.locator('.live').textContent()).toMatch(/^Stale: \d+ s old$/);
  expect(await page.locator('#members').textContent()).toContain('pg-0');
});

test('while nobody has answered the page says whom it waits for, and is not empty', async () => {
  served.show(unasked());
  await open();
  expect(await page.locator('h1').textContent()).toBe('Nobody has answered yet.');
  expect(await page.locator('#members').textContent()).toContain('Asking…');
});

test('everything is reached by keyboard: links, ranges, tables behind the chart', async () => {
  await open();
  const reached: string[] = [];
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press('Tab');
    const here = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) return 'end';
      const box = (element.matches('input') ? element.nextElementSibling : element) ?? element;
      const outline = getComputedStyle(box).outlineStyle;
      return `${element.tagName} ${element.textContent || element.parentElement?.textContent} ${outline}`;
    });
    if (here === 'end') break;
    reached.push(here);
  }
  expect(reached).toContain('A Members solid');
  expect(reached).toContain('INPUT 7 d solid');
  expect(reached).toContain('SUMMARY Backups as a table solid');
  await page.locator('summary', { hasText: 'Backups as a table' }).press('Enter');
  const labels = await page.locator('#backups table th code').allTextContents();
  expect(labels).toHaveLength(11);
  expect(labels.at(-1)).toBe('20260301-010000F');
  await page.locator('input[name=range]:checked').press('ArrowRight');
  expect(await page.locator('.ranges label', { has: page.locator(':checked') }).textContent()).toBe('30 d');
});

test('a table that was opened and a range that was chosen stay through the next answers', async () => {
  await open();
  await page.locator('summary', { hasText: 'Due times as a table' }).click();
  await page.locator('.ranges label', { hasText: '24 h' }).click();
  const answered = () => page.waitForResponse((response) => response.url().endsWith('/api/fleet'));
  await answered();
  await answered();
  expect(await page.locator('#backups details').nth(1).getAttribute('open')).not.toBeNull();
  expect(await page.locator('#backups tbody').last().textContent()).toContain('Sun 02:00 Europe/Berlin');
  expect(await page.locator('.ranges label', { has: page.locator(':checked') }).textContent()).toBe('24 h');
});

test('every target is at least 24 px high, in every state of the page', async () => {
  served.show(troubledFleet());
  await open({ viewport: { width: 360, height: 900 } });
  // Links inside a sentence are exempt (WCAG 2.5.8, inline).
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('nav a, summary, input, button')]
      .map((element) => ({ text: element.textContent, height: element.getBoundingClientRect().height }))
      .filter(({ height }) => height < 24),
  );
  expect(small).toEqual([]);
});

test('who asks for less motion gets none', async () => {
  served.show(troubledFleet());
  await open({ reducedMotion: 'reduce' });
  const name = await page.evaluate(() => {
    const running = document.querySelector('.mark.running circle');
    return running === null ? 'absent' : getComputedStyle(running).animationName;
  });
  expect(name).toBe('none');
});

test('state is never colour alone: every badge has an icon and a word', async () => {
  served.show(troubledFleet());
  await open();
  const bare = await page.evaluate(
    () =>
      [...document.querySelectorAll('.badge, .finding, .headline')].filter(
        (element) => element.querySelector('svg') === null || (element.textContent ?? '').trim() === '',
      ).length,
  );
  expect(bare).toBe(0);
});
