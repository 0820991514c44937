import { createHash } from 'node:crypto';
import type { KubeObject } from '@howdah/kube/object';
import type { Fleet } from '@howdah/status/fleet';
import type { Status } from '@howdah/status/status';
import type { Mounted } from '../desire/desire.ts';
import type { MemberPod } from '../observe/pods.ts';

const textsOf = (object: KubeObject): Readonly<Record<string, string>> =>
  (object.data as Record<string, string> | undefined) ?? {};
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Whether a member's agents have seen the newest files; what they think of them they say elsewhere. */
const hasSeen = ({ agents }: Status, files: KubeObject, mounted: Mounted): boolean => {
  const wanted = Object.entries(textsOf(files));
  const seen = wanted.every(([file, text]) => {
    const config = agents[file.replace(/\.yaml$/, '') as keyof Status['agents']]?.config;
    return config?.digest === sha256(text) || config?.valid === false;
  });
  const sources = agents['config-reload']?.detail?.files;
  if (sources === undefined) return false;
  return (
    seen &&
    Object.entries(textsOf(mounted.postgres)).every(
      ([file, text]) => sources.find((source) => source.file === file)?.digest === sha256(text),
    )
  );
};

/** Pods whose agents have not told yet that they have seen the newest files. */
export const unseenBy = (pods: readonly MemberPod[], fleet: Fleet, mounted: Mounted): readonly MemberPod[] =>
  pods.filter(({ name, ending, tlsSecret }) => {
    const files = mounted.agents.get(tlsSecret);
    const status = fleet.members.find((member) => member.name === name)?.agents.answer;
    return !ending && (status === undefined || files === undefined || !hasSeen(status, files, mounted));
  });
