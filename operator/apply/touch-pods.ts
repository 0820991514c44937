import { createHash } from 'node:crypto';
import type { KubeApi } from '@howdah/kube/api';
import type { KubeObject } from '@howdah/kube/object';
import { resources } from '@howdah/kube/resource';
import type { Fleet } from '@howdah/status/fleet';
import type { Status } from '@howdah/status/status';
import type { MemberPod } from '../observe/pods.ts';
import { fieldManager } from './settler.ts';

/** On each pod: of which configuration it was told, and how often. */
const toldAnnotation = 'howdah.dev/config';
/** The kubelet's own watch of a ConfigMap lags behind the pod's event by a second or two, not by ten. */
const mostTouches = 10;

const textsOf = (object: KubeObject | undefined): Readonly<Record<string, string>> =>
  (object?.data as Record<string, string> | undefined) ?? {};
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export interface Mounted {
  readonly agents: KubeObject | undefined;
  readonly postgres: KubeObject | undefined;
  /** Over all that is mounted. */
  readonly digest: string;
}

/** Whether a member's agents have seen the newest files; what they think of them they say elsewhere. */
export const hasSeen = ({ agents }: Status, mounted: Mounted): boolean => {
  const wanted = Object.entries(textsOf(mounted.agents));
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

/**
 * Touches the pods that do not have the newest configuration yet: the kubelet then looks at once, instead of
 * within its minute.
 *
 * @returns members that have not seen it yet, and are worth another look soon.
 */
export const touchPods = async (
  api: KubeApi,
  namespace: string,
  pods: readonly MemberPod[],
  fleet: Fleet,
  mounted: Mounted,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const behind = pods.filter(({ name, ending, address }) => {
    const status = fleet.members.find((member) => member.name === name)?.agents.answer;
    return !ending && address !== undefined && (status === undefined || !hasSeen(status, mounted));
  });
  const touched = await Promise.all(
    behind.map(async ({ name, annotations, uid }) => {
      const [digest, count = '0'] = annotations[toldAnnotation]?.split('.') ?? [];
      const times = digest === mounted.digest ? Number(count) + 1 : 1;
      if (times > mostTouches) return [];
      const metadata = { uid, annotations: { [toldAnnotation]: `${mounted.digest}.${times}` } };
      await api.mergePatch(resources.pod, { namespace, name }, { metadata }, { fieldManager }, signal);
      return [name];
    }),
  );
  return touched.flat();
};
