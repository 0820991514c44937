import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyVersion, type Version } from './apply.ts';
import { checkSettings } from './check-settings.ts';
import { parseConf } from './conf-file.ts';
import { parseGucNumber } from './guc-number.ts';
import { observeServer } from './observe.ts';
import { openHba, useAppliedServer } from './testing/applied-server.ts';

const setup = useAppliedServer();
const never = new AbortController().signal;
const mainConf = () => join(setup().server.dataDirectory, 'postgresql.conf');

const versionOf = async (text: string): Promise<Version> => {
  const view = await observeServer(setup().tools.openSession, never);
  const { settings } = checkSettings(parseConf('postgresql.conf', text).settings, {
    known: view.settings,
    extensions: view.extensions,
    preloadLibraries: [],
    withPatroni: false,
  });
  return {
    digest: `digest of ${text}`,
    files: { settings, hasConf: true, hba: `# ${text}\n${openHba}` },
    toFile: settings,
    withPatroni: false,
  };
};
/** `beforeReload` happens between PostgreSQL's verdict and the reload, which has a session of its own. */
const apply = async (version: Version, beforeReload = async () => {}) => {
  const { tools } = setup();
  let sessions = 0;
  const openSession: typeof tools.openSession = async (signal) => {
    sessions += 1;
    if (sessions === 2) await beforeReload();
    return tools.openSession(signal);
  };
  const view = await observeServer(tools.openSession, never);
  return applyVersion(version, view, { ...tools, openSession }, never);
};
const applied = async () => ({
  conf: await readFile(join(setup().appliedDirectory, 'postgresql.conf'), 'utf8'),
  hba: await readFile(join(setup().appliedDirectory, 'pg_hba.conf'), 'utf8'),
});

let original = '';
beforeEach(async () => {
  original = await readFile(mainConf(), 'utf8');
});
afterEach(() => writeFile(mainConf(), original));

describe('a version that the server does not take although it found it right', () => {
  it('is rolled back, and the old one runs', async () => {
    expect(await apply(await versionOf('work_mem = 8MB'))).toMatchObject({ outcome: 'applied' });
    const before = await applied();
    // Somebody breaks the main file between PostgreSQL's verdict and the reload.
    const result = await apply(await versionOf('work_mem = 9MB'), () =>
      appendFile(mainConf(), '\nthis is = no setting at all\n'),
    );
    expect(result).toMatchObject({
      outcome: 'rolled_back',
      problems: [{ message: expect.stringMatching(/did not run with the new files within 1 s/) }],
    });
    expect(await applied()).toEqual(before);
    expect(await setup().tools.files.onTrial()).toBe(false);
    expect(await setup().server.query("SELECT current_setting('work_mem') AS m")).toEqual([{ m: '8MB' }]);
  });
});

describe('a main file that somebody else has broken', () => {
  it('is named with its line, and nothing is tried', async () => {
    const before = await applied();
    await appendFile(mainConf(), "\nwork_mem = 'open\n");
    const result = await apply(await versionOf('work_mem = 10MB'));
    expect(result).toMatchObject({
      outcome: 'refused',
      problems: [
        { message: expect.stringMatching(/takes no change while .*postgresql.conf is wrong in line \d+/) },
      ],
    });
    expect(await applied()).toEqual(before);
  });

  it('does not matter where only one of its values is wrong', async () => {
    await appendFile(mainConf(), "\nTimeZone = 'Mars/Olympus'\n");
    expect(await apply(await versionOf('work_mem = 11MB'))).toMatchObject({ outcome: 'applied' });
  });
});

describe('an applied file that the server does not read', () => {
  it('is said, with what to do', async () => {
    await writeFile(mainConf(), original.replace(/^include .*$/m, ''));
    expect(await apply(await versionOf('work_mem = 12MB'))).toMatchObject({
      outcome: 'refused',
      problems: [
        {
          file: 'postgresql.conf',
          message: expect.stringMatching(/does not read the applied .*custom_conf/),
        },
      ],
    });
  });
});

describe('an order to stop in the middle of a trial', () => {
  it('takes the new files back at once', async () => {
    const before = await applied();
    const { tools } = setup();
    const stop = new AbortController();
    const openSession: typeof tools.openSession = async (signal) => {
      const session = await tools.openSession(signal);
      const query: typeof session.query = async (statement, querySignal) => {
        stop.abort(new Error('asked to stop'));
        return session.query(statement, querySignal);
      };
      return { ...session, query };
    };
    const version = await versionOf('work_mem = 13MB');
    const view = await observeServer(tools.openSession, never);
    await expect(applyVersion(version, view, { ...tools, openSession }, stop.signal)).rejects.toThrow(
      'asked to stop',
    );
    expect(await tools.files.onTrial()).toBe(false);
    expect(await applied()).toEqual(before);
  });
});

describe('numbers with units', () => {
  it.each([
    [
      'work_mem',
      'kB',
      ['64MB', '1.5GB', '0x1000', '0200', '1e3', '100.4', '0.3GB', '30.1MB', ' 5 MB ', '70000B'],
    ],
    ['effective_cache_size', '8kB', ['100kB', '108kB', '12kB', '1MB', '17', '20000B']],
    ['statement_timeout', 'ms', ['1min', '1.5s', '500us', '1500us', '2h', '0.001d', '0.1d', '0.7min']],
    ['vacuum_cost_delay', 'ms', ['2ms', '1500us', '0.01s', '2.5']],
    ['deadlock_timeout', 'ms', ['1.0005s']],
  ])('of %s are read as PostgreSQL reads them', async (name, unit, texts) => {
    for (const text of texts) {
      const [row] = await setup().server.query<{ setting: string; vartype: 'integer' | 'real' }>(
        `SELECT s.setting, s.vartype FROM set_config($1, $2, false) AS made,
           LATERAL (SELECT made, setting, vartype FROM pg_settings WHERE name = $1) AS s`,
        [name, text],
      );
      const mine = parseGucNumber(text, row?.vartype ?? 'integer', unit);
      expect([text, mine.ok && mine.value]).toEqual([text, Number(row?.setting)]);
    }
  });
});
