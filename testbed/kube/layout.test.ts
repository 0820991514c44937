import { describe, expect, it } from 'vitest';
import { decideKubeLayout } from './layout.ts';

const workspace = (clone: string, outside: boolean) => ({
  clone,
  outside,
  workRoot: clone,
  tools: `${clone}/.dev`,
  demo: `${clone}/.demo`,
});

describe('where a cluster keeps its state', () => {
  it('is the clone, as long as sockets have room there', () => {
    expect(decideKubeLayout(workspace('/srv/howdah', false)).state).toBe('/srv/howdah/.kube');
  });

  it('is /var/tmp for a clone with a long path, which no socket could be opened in', () => {
    const layout = decideKubeLayout(workspace(`/srv/${'deep/'.repeat(20)}howdah`, false));
    expect(layout.state).toMatch(/^\/var\/tmp\/howdah-[0-9a-f]{10}\/kube$/);
    expect(layout.controlSocket.length).toBeLessThan(107);
  });

  it('is /var/tmp for a clone in root’s home', () => {
    expect(decideKubeLayout(workspace('/root/howdah', true)).state).toMatch(/^\/var\/tmp\//);
  });

  it('is not shared by two clones, and neither are cgroups', () => {
    const one = decideKubeLayout(workspace('/root/one', true));
    const two = decideKubeLayout(workspace('/root/two', true));
    expect(one.state).not.toBe(two.state);
    expect(one.cgroup).not.toBe(two.cgroup);
  });
});
