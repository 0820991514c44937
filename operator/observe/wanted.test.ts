import type { KubeObject } from '@howdah/kube/object';
import { type Resource, resources } from '@howdah/kube/resource';
import { describe, expect, it } from 'vitest';
import { authorityConfigMap } from '../desire/config-maps.ts';
import { namesOf } from '../desire/wanted.ts';
import { wantedWith } from '../testing/wanted.ts';
import { parseCluster, readWanted } from './wanted.ts';

const certificate = (name: string) => `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----`;
const tls = { secretName: 'orders-tls' };

/** A namespace with the Secret of the certificate, and one ConfigMap or none. */
const authorityWith = async (ca: string | undefined, configMap?: KubeObject) => {
  const asked: string[] = [];
  const get = async ({ kind }: Resource, { name }: { readonly name: string }) => {
    asked.push(`${kind}/${name}`);
    if (name !== tls.secretName) return undefined;
    const data = ca === undefined ? {} : { 'ca.crt': Buffer.from(ca).toString('base64') };
    return { ...{ apiVersion: 'v1', kind, metadata: { name } }, data };
  };
  const child = ({ kind }: Resource, namespace: string, name: string) =>
    kind === resources.configMap.kind && namespace === 'shop' && name === configMap?.metadata.name
      ? configMap
      : undefined;
  const { authority } = await readWanted(
    {
      ...{
        api: { get },
        mirrors: { child, children: () => [], hasPodMonitors: false },
        images: wantedWith().images,
      },
      ...{ actions: { requests: () => [] }, backups: { of: () => [] } },
    },
    parseCluster({
      ...{ apiVersion: 'howdah.dev/v1alpha1', kind: 'PostgresCluster', spec: wantedWith({ tls }).spec },
      metadata: { name: 'orders', namespace: 'shop', uid: 'uid-of-orders', generation: 1 },
    }),
    [],
    new AbortController().signal,
  );
  return { authority, asked };
};

describe('the authority of a cluster', () => {
  it('is that of the Secret, with the one before it of the ConfigMap that is there', async () => {
    const before = authorityConfigMap(wantedWith({ tls }, { authority: `${certificate('a')}\n` }));
    const { authority, asked } = await authorityWith(certificate('b'), before);
    expect(authority).toBe(`${certificate('b')}\n${certificate('a')}\n`);
    expect(asked).toEqual(['Secret/orders-tls', `Secret/${namesOf('orders').user('app')}`]);
  });

  it('is that of the Secret alone at first', async () => {
    expect((await authorityWith(certificate('a'))).authority).toBe(`${certificate('a')}\n`);
  });

  it('is none where the world’s own are meant, whatever there was', async () => {
    const before = authorityConfigMap(wantedWith({ tls }, { authority: certificate('a') }));
    expect((await authorityWith(undefined, before)).authority).toBeUndefined();
  });
});
