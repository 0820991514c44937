import type { KubeObject } from '@howdah/kube/object';
import { resources } from '@howdah/kube/resource';
import { kept, namesOf, type Wanted } from './wanted.ts';

/** A Secret that is made once: what is there already is somebody's password, and stays. */
const login = (wanted: Wanted, name: string, username: string, password: string): KubeObject =>
  kept(wanted, resources.secret, name, {
    type: 'kubernetes.io/basic-auth',
    data: { username: base64(username), password: base64(password) },
  });

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** @param password makes a new one. */
export const credentials = (wanted: Wanted, password: () => string): readonly KubeObject[] => {
  const names = namesOf(wanted.name);
  return [
    login(wanted, names.superuser, 'postgres', password()),
    login(wanted, names.replication, 'replicator', password()),
    login(wanted, names.rest, 'patroni', password()),
  ];
};
