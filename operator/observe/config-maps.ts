import { resources } from '@howdah/kube/resource';
import * as z from 'zod';
import type { Mirrors } from '../mirrors.ts';

const configMap = z.object({ data: z.record(z.string(), z.string()).default({}) });

/** Gives the data of a ConfigMap that was made for a cluster as it is there; empty where there is none. */
export const configMapsIn =
  (mirrors: Pick<Mirrors, 'child'>, namespace: string) =>
  (name: string): Readonly<Record<string, string>> =>
    configMap.parse(mirrors.child(resources.configMap, namespace, name) ?? {}).data;
