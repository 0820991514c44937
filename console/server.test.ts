import { request } from 'node:http';
import { quietFleet } from '@howdah/status/testdata/fleet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConsoleServer } from './server.ts';
import { type Served, serve } from './testing/serve.ts';

let served: Served;
beforeAll(async () => {
  served = await serve(quietFleet());
});
afterAll(() => served[Symbol.asyncDispose]());

interface Answer {
  readonly code: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

const ask = (path: string, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    // Sent as it is: a URL object would tidy `..` away.
    const { hostname, port } = new URL(served.url);
    request({ host: hostname, port, path, method }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ code: response.statusCode, headers: response.headers, body }));
    })
      .on('error', reject)
      .end();
  });

test.each(['/', '/page.js', '/page.css', '/icon.svg', '/api/fleet', '/absent'])(
  '%s comes with a policy that allows nothing from elsewhere and nothing inline',
  async (path) => {
    const { headers } = await ask(path);
    const policy = String(headers['content-security-policy']).split('; ');
    expect(policy).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "style-src 'self'"]),
    );
    expect(policy).toEqual(expect.arrayContaining(["base-uri 'none'", "frame-ancestors 'none'"]));
    expect(policy.join()).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
  },
);

test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'PROPFIND'])(
  '%s is refused',
  async (method) => {
    for (const path of ['/', '/api/fleet', '/absent']) {
      const { code, headers } = await ask(path, method);
      expect({ code, allow: headers.allow }).toEqual({ code: 405, allow: 'GET' });
    }
  },
);

test.each(['/../server.ts', '/..%2fserver.ts', '/%2e%2e/package.json', '/page.js/../../x', '/.git/config'])(
  '%s leads nowhere',
  async (path) => {
    const { code, body } = await ask(path);
    expect(code).toBe(404);
    expect(body).not.toContain('import');
  },
);

test('the page holds no inline script, no inline style and no address of another host', async () => {
  const { code, body } = await ask('/');
  expect(code).toBe(200);
  expect(body).not.toMatch(/<script(?![^>]*src=)|<style|style=|https?:\/\/|\son\w+=/);
  expect((await ask('/page.css')).body).not.toMatch(/url\(|@import/);
});

test('the script of the page stays small', async () => {
  expect((await ask('/page.js')).body.length).toBeLessThan(64 * 1024);
});

test('a browser that has the page already is told so', async () => {
  const { headers } = await ask('/page.js');
  expect(headers.etag).toBeDefined();
  expect(headers['cache-control']).toBe('no-cache');
});

test('what it says of the fleet is never kept by anybody', async () => {
  const { headers, body } = await ask('/api/fleet');
  expect(headers['cache-control']).toBe('no-store');
  expect(JSON.parse(body)).toMatchObject({ version: 1, refreshSeconds: 1, judgement: { verdict: 'well' } });
});

test('without a built page it does not start, and says how to build it', async () => {
  const creating = createConsoleServer({
    pageDirectory: '/nonexistent',
    answer: () => {
      throw new Error('not asked');
    },
  });
  await expect(creating).rejects.toMatchObject({
    code: 'HOWDAH_CONSOLE_PAGE_MISSING',
    kind: { remedy: expect.stringContaining('npm run build') },
  });
});
