import type { KubeApi } from '@howdah/kube/api';
import { resources } from '@howdah/kube/resource';
import type { Fleet } from '@howdah/status/fleet';
import type { MemberPod } from '../observe/pods.ts';
import { type Mounted, unseenBy } from '../plan/seen.ts';
import { fieldManager } from './settler.ts';

/** On each pod: of which configuration it was told, and how often. */
const toldAnnotation = 'howdah.dev/config';
/** The kubelet's own watch of a ConfigMap lags behind the pod's event by a second or two, not by ten. */
const mostTouches = 10;

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
  const behind = unseenBy(pods, fleet, mounted).filter(({ address }) => address !== undefined);
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
