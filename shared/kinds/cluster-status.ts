import * as z from 'zod';
import { keyed } from './parts.ts';

export const conditionTypes = [
  'Ready',
  'Progressing',
  'Degraded',
  'BackupHealthy',
  'ConfigApplied',
  'RestartPending',
] as const;
export type ConditionType = (typeof conditionTypes)[number];

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/condition/ */
export const condition = z.object({
  type: z.string().max(316).describe('What it is about.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it is so.'),
  observedGeneration: z.int().describe('The generation of the spec that was looked at.'),
  lastTransitionTime: z.iso.datetime().max(40).describe('When `status` last changed.'),
  reason: z
    .string()
    .min(1)
    .max(1024)
    .regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/)
    .describe('One word for programs.'),
  message: z.string().max(32_768).describe('Words for a person, with what to do.'),
});
export type Condition = z.infer<typeof condition>;

const member = z.object({
  name: z.string().max(253).describe('Pod and member.'),
  role: z.string().max(32).describe('As Patroni says: primary, replica, or what it is otherwise.'),
  state: z.string().max(64).describe('Patroni’s word.'),
  ready: z.boolean().describe('Whether the pod is ready.'),
  timeline: z.int().optional().describe('Timeline that it is on.'),
  waits: z.string().max(1024).optional().describe('What change waits for this member, and for what.'),
});
export type MemberStatus = z.infer<typeof member>;

export const clusterStatus = z
  .object({
    observedGeneration: z.int().optional().describe('The generation of the spec that was looked at last.'),
    primary: z.string().max(253).optional().describe('Member that is primary.'),
    readyInstances: z.int().optional().describe('Members whose pod is ready.'),
    members: z.array(member).max(64).meta(keyed('name')).optional().describe('Each member.'),
    lastBackup: z.string().max(128).optional().describe('Label of the newest backup in the repository.'),
    conditions: z.array(condition).max(16).meta(keyed('type')).optional().describe('What is so, and why.'),
  })
  .describe('What the operator saw.');
export type ClusterStatus = z.infer<typeof clusterStatus>;
