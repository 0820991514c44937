import type { KubeApi } from '@howdah/kube/api';
import { resources } from '@howdah/kube/resource';
import { fieldManager } from '@howdah/kube/settler';
import type { MemberPod } from '../observe/pods.ts';

/** On each pod: of which configuration it was told, and how often. */
const toldAnnotation = 'howdah.dev/config';
/** The kubelet's own watch of a ConfigMap lags behind the pod's event by a second or two, not by ten. */
const mostTouches = 10;

/**
 * Touches pods whose agents have not seen the newest configuration yet: the kubelet then looks at once, instead of
 * within its minute.
 *
 * @param newest digest of that configuration.
 * @returns members that have not seen it yet, and are worth another look soon.
 */
export const touchPods = async (
  api: KubeApi,
  namespace: string,
  behind: readonly MemberPod[],
  newest: string,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const touched = await Promise.all(
    behind.map(async ({ name, address, annotations, uid }) => {
      // One without an address has mounted nothing yet.
      if (address === undefined) return [];
      const [digest, count = '0'] = annotations[toldAnnotation]?.split('.') ?? [];
      const times = digest === newest ? Number(count) + 1 : 1;
      if (times > mostTouches) return [];
      const metadata = { uid, annotations: { [toldAnnotation]: `${newest}.${times}` } };
      await api.mergePatch(resources.pod, { namespace, name }, { metadata }, { fieldManager }, signal);
      return [name];
    }),
  );
  return touched.flat();
};
