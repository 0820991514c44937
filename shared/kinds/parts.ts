import * as z from 'zod';

/** A name that becomes part of other objects' names and of DNS. */
export const dnsLabel = (longest = 63) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/, 'small letters, digits and hyphens, a letter first');

/** The name of an object of another kind: a Secret, a ConfigMap, a StorageClass. */
export const objectName = () =>
  z
    .string()
    .min(1)
    .max(253)
    .regex(/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/, 'a name of Kubernetes: small letters, digits, - and .');

/** A PostgreSQL identifier, quoted where it is used. */
export const identifier = () => z.string().min(1).max(63);

/** `20Gi`, `500Mi`, `1.5Gi`: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
export const quantity = () =>
  z
    .string()
    .max(32)
    .regex(/^[0-9]+(\.[0-9]+)?(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?$/, 'an amount such as 20Gi');

/** What a structural schema calls int-or-string. */
export const intOrString = () =>
  z.union([z.int(), z.string().max(1024)]).meta({ 'x-kubernetes-int-or-string': true, maxLength: 1024 });

/** Passed on to Kubernetes as it is; the API server judges it where it is used. */
export const passedOn = () =>
  z.record(z.string(), z.unknown()).meta({ 'x-kubernetes-preserve-unknown-fields': true });

/** A rule in the Common Expression Language, which the API server judges. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
}

export const rules = (...list: readonly Rule[]) => ({ 'x-kubernetes-validations': list });

/** One object out of several. */
export const exactlyOne = (...names: readonly string[]) =>
  rules({
    rule: `[${names.map((name) => `has(self.${name})`).join(', ')}].filter(given, given).size() == 1`,
    message: `exactly one of ${names.join(', ')}`,
  });

/** A list whose items are told apart by a key, as `kubectl apply` merges it. */
export const keyed = (...keys: readonly string[]) => ({
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
});

export const labels = () => z.record(z.string().max(317), z.string().max(4096)).meta({ maxProperties: 64 });
