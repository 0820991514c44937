import { HowdahError } from '@howdah/core/errors';
import type { KubeApi, KubeList, Selection } from '@howdah/kube/api';
import { kubeErrors } from '@howdah/kube/errors';
import { resources } from '@howdah/kube/resource';
import { describe, expect, it } from 'vitest';
import { readSnapshot } from './snapshot.ts';

/** A namespace that holds nothing; of PodMonitors the API server says what the test says. */
const snapshot = (podMonitors: () => KubeList['items']) => {
  const asked: Selection[] = [];
  const list: KubeApi['list'] = async (resource, selection) => {
    if (resource !== resources.podMonitor) return { resourceVersion: '1', items: [] };
    asked.push(selection);
    return { resourceVersion: '1', items: podMonitors() };
  };
  return { asked, read: readSnapshot({ list }, 'shop', 'orders', new AbortController().signal) };
};
const failing = (kind: (typeof kubeErrors)[keyof typeof kubeErrors]) =>
  snapshot(() => {
    throw new HowdahError(kind, 'as the API server says');
  });
const monitor = {
  ...{ apiVersion: 'monitoring.coreos.com/v1', kind: 'PodMonitor', metadata: { name: 'orders' } },
};

describe('PodMonitors in a plan', () => {
  it('are looked for in the cluster’s namespace alone', async () => {
    const { asked, read } = snapshot(() => [monitor]);
    const mirrors = await read;
    expect(mirrors.hasPodMonitors).toBe(true);
    expect(mirrors.child(resources.podMonitor, 'shop', 'orders')).toEqual(monitor);
    expect(asked).toEqual([{ namespace: 'shop', labelSelector: expect.stringMatching(/=orders$/) }]);
  });

  it('are a kind that is not there only where the API server says that it is not', async () => {
    expect((await failing(kubeErrors.absent).read).hasPodMonitors).toBe(false);
    const mirrors = await failing(kubeErrors.forbidden).read;
    expect(mirrors.hasPodMonitors).toBe(true);
    expect(mirrors.children(resources.podMonitor, 'shop', 'orders')).toEqual([]);
    await expect(failing(kubeErrors.unreachable).read).rejects.toMatchObject({
      kind: kubeErrors.unreachable,
    });
  });
});
