import { describe, expect, it } from 'vitest';
import { schema } from './config.ts';

const web = { web: { url: 'https://audit.example/segments' } };
const good = { logDirectory: '/log', prefix: 'demo/pg-0', store: web };

const problems = (config: unknown) => {
  const result = schema.safeParse(config);
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('audit-upload.yaml', () => {
  it('needs a log directory, a prefix and a store', () => {
    expect(schema.parse(good)).toMatchObject({
      segment: { maxBytes: 16 * 1024 * 1024, maxAgeSeconds: 300 },
      backlog: { maxBytes: 1024 ** 3 },
      pollSeconds: 1,
    });
  });

  it('takes exactly one store', () => {
    const s3 = { bucket: 'audit', accessKeyIdFile: '/a', secretAccessKeyFile: '/b' };
    expect(problems({ ...good, store: {} })).toEqual(['store: exactly one of s3, azure, web']);
    expect(problems({ ...good, store: { ...web, s3 } })).toEqual([
      'store: exactly one of s3, azure, web, not s3 and web',
    ]);
    expect(problems({ ...good, store: { s3 } })).toEqual([]);
  });

  it('takes one way to log in to Azure, with the account where a key signs', () => {
    const azure = { endpoint: 'https://x.blob.core.windows.net', container: 'audit' };
    const say = (more: object) => problems({ ...good, store: { azure: { ...azure, ...more } } });
    expect(say({})).toEqual(['store.azure: exactly one of accountKeyFile and sasTokenFile']);
    expect(say({ accountKeyFile: '/k' })).toEqual(['store.azure.accountName: needed with accountKeyFile']);
    expect(say({ sasTokenFile: '/s' })).toEqual([]);
  });

  it('takes no secret in a URL', () => {
    const say = (url: string) => problems({ ...good, store: { web: { url } } });
    expect(say('https://me:secret@audit.example/')).toHaveLength(1);
    expect(say('https://audit.example/?sig=secret')).toHaveLength(1);
    expect(say('ftp://audit.example/')).toEqual(['store.web.url: an http or https URL']);
  });

  it('says everything that is wrong at once', () => {
    expect(
      problems({ ...good, prefix: '/a', logDirectory: 'log', backlog: { maxBytes: 1024 ** 2 }, colour: 1 }),
    ).toHaveLength(4);
    expect(problems({ ...good, auditDirectory: '/log', backlog: { maxBytes: 1024 ** 2 } })).toEqual([
      expect.stringMatching(/^backlog.maxBytes: at least segment.maxBytes/),
      expect.stringMatching(/^auditDirectory: another directory/),
    ]);
  });
});
