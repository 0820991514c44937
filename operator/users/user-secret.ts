import type { User } from '@howdah/kinds/access';
import type { KubeObject } from '@howdah/kube/object';
import { resources } from '@howdah/kube/resource';
import { base64 } from '../desire/credentials.ts';
import { kept, namesOf, serverNameOf, type Wanted } from '../desire/wanted.ts';

export const secretNameOf = (cluster: string, { name, secretName }: User): string =>
  secretName ?? namesOf(cluster).user(name);

/**
 * Where an application finds its database: the keys that libraries and charts look for. The password is not
 * among them: it is made once, and whoever changes it has changed the role's.
 */
export const userSecret = (wanted: Wanted, user: User, password: string): KubeObject => {
  const { spec, authority } = wanted;
  const host = serverNameOf(wanted);
  // Not before every member speaks it. Whoever has the authority's file says verify-full; a URI cannot know where it lies.
  const speaksTls = spec.tls !== undefined && !wanted.served.includes(undefined);
  const [query, more] = speaksTls ? ['?sslmode=require', '&sslmode=require'] : ['', ''];
  const port = String(spec.services.primary.port);
  const dbname = user.databases[0] ?? 'postgres';
  const [name, secret, database] = [user.name, password, dbname].map(encodeURIComponent);
  const values = {
    host,
    port,
    dbname,
    user: user.name,
    password,
    uri: `postgresql://${name}:${secret}@${host}:${port}/${database}${query}`,
    'jdbc-uri': `jdbc:postgresql://${host}:${port}/${database}?user=${name}&password=${secret}${more}`,
    ...(authority === undefined ? {} : { 'ca.crt': authority }),
  };
  return kept(wanted, resources.secret, secretNameOf(wanted.name, user), {
    type: 'Opaque',
    data: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, base64(value)])),
  });
};
