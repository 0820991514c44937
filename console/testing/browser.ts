import process from 'node:process';
import { type Browser, chromium } from 'playwright-core';

/** Debian's; another one by CHROMIUM. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** A headless Chromium that calls nobody. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
