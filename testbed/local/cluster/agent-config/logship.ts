import { join } from 'node:path';
import { stringify } from 'yaml';
import type { MemberLayout } from '../layout.ts';

/** Where the shipped records go: JSON lines, one file per member. */
export const recordsFile = (member: MemberLayout): string => join(member.root, 'records.jsonl');

export const renderLogshipYaml = (member: MemberLayout): string =>
  stringify({
    logDirectory: member.logDirectory,
    sinks: [{ id: 'records', file: { path: recordsFile(member) } }],
  });
