import type { User } from '@howdah/kinds/access';
import { describe, expect, it } from 'vitest';
import type { Wanted } from '../desire/wanted.ts';
import { wantedWith } from '../testing/wanted.ts';
import { userSecret } from './user-secret.ts';

const app: User = { name: 'app', databases: ['app', 'other'], options: [] };
interface Around extends Partial<Pick<Wanted, 'served' | 'authority'>> {
  readonly password?: string;
  readonly spec?: object;
}
const secretOf = (user: Partial<User> = {}, { password = 'secret', spec = {}, ...more }: Around = {}) =>
  userSecret(wantedWith(spec, more), { ...app, ...user }, password);
const keysOf = (...input: Parameters<typeof secretOf>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(secretOf(...input).data as Record<string, string>).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString('utf8'),
    ]),
  );

describe('the Secret of a user', () => {
  it('has every key that applications look for', () => {
    expect(keysOf()).toEqual({
      host: 'orders.shop.svc',
      port: '5432',
      dbname: 'app',
      user: 'app',
      password: 'secret',
      uri: 'postgresql://app:secret@orders.shop.svc:5432/app',
      'jdbc-uri': 'jdbc:postgresql://orders.shop.svc:5432/app?user=app&password=secret',
    });
  });

  it('names the port of the Service, and postgres where the user owns no database', () => {
    const keys = keysOf({ databases: [] }, { spec: { services: { primary: { port: 6432 } } } });
    expect(keys).toMatchObject({ port: '6432', dbname: 'postgres' });
    expect(keys.uri).toMatch(/:6432\/postgres$/);
  });

  it('has addresses from which user, password and database are read as they are', () => {
    const password = 'p@ss/w:rd?&#%+ "päss\'';
    const {
      uri = '',
      'jdbc-uri': jdbc = '',
      ...plain
    } = keysOf({ name: 'app user@x', databases: ['a/b?c'] }, { password });
    expect(plain).toMatchObject({ user: 'app user@x', password, dbname: 'a/b?c' });
    const url = new URL(uri);
    expect([url.hostname, url.port, url.search, url.hash]).toEqual(['orders.shop.svc', '5432', '', '']);
    const read = [url.username, url.password, url.pathname.slice(1)].map(decodeURIComponent);
    expect(read).toEqual(['app user@x', password, 'a/b?c']);
    const inner = new URL(jdbc.replace(/^jdbc:/, ''));
    expect(decodeURIComponent(inner.pathname.slice(1))).toBe('a/b?c');
    expect([...inner.searchParams]).toEqual([
      ['user', 'app user@x'],
      ['password', password],
    ]);
  });

  it('asks for TLS when every member speaks it, and not before', () => {
    const tls = { tls: { secretName: 'orders-tls' } };
    const uris = (served: readonly (string | undefined)[]) => {
      const { uri = '', 'jdbc-uri': jdbc = '' } = keysOf({}, { spec: tls, served });
      return [uri, jdbc];
    };
    for (const uri of uris(['orders-tls'])) expect(uri).toMatch(/[?&]sslmode=require$/);
    for (const uri of uris(['orders-tls', undefined])) expect(uri).not.toContain('sslmode');
  });

  it('has the authority by which a certificate is checked, where there is one of its own', () => {
    expect(keysOf({}, { authority: 'PEM' })['ca.crt']).toBe('PEM');
    expect(keysOf()).not.toHaveProperty('ca.crt');
  });

  it('is called as the spec says, and is kept with the data', () => {
    expect(secretOf().metadata.name).toBe('orders-user-app');
    expect(secretOf({ name: 'App_Owner' }).metadata.name).toBe('orders-user-app-owner');
    // A name of Kubernetes ends with a letter or a digit.
    expect(secretOf({ name: 'app_' }).metadata.name).toBe('orders-user-app');
    const named = secretOf({ secretName: 'shop-database' });
    expect(named.metadata).toMatchObject({
      name: 'shop-database',
      labels: { 'howdah.dev/cluster': 'orders' },
    });
    expect(named.metadata).not.toHaveProperty('ownerReferences');
    const going = secretOf({}, { spec: { deletionPolicy: 'Delete' } });
    expect(going.metadata.ownerReferences).toHaveLength(1);
  });
});
