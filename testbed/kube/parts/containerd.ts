import { join } from 'node:path';
import { bridge, firstPodAddress, nodeAddress, podRange } from '../addresses.ts';
import { pauseImage } from '../images/pause-image.ts';
import { runInNode } from '../node/commands.ts';
import { kubeStages, type Part } from './part.ts';
import { writeConfig } from './write-config.ts';

/** In a file system in memory of the node's own, so the path is the one that everybody expects. */
export const containerdSocket = '/run/containerd/containerd.sock';

/** Pods hang on the bridge that carries the node's address; Debian keeps the plugins in /usr/lib/cni. */
const network = {
  cniVersion: '1.0.0',
  name: 'howdah',
  plugins: [
    {
      type: 'bridge',
      bridge,
      isGateway: true,
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: podRange, rangeStart: firstPodAddress, gateway: nodeAddress }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
  ],
};

const containerdConfig = (root: string, networks: string): string => `version = 3
root = '${root}'
state = '/run/containerd'

[grpc]
address = '${containerdSocket}'

[plugins.'io.containerd.cri.v1.images'.pinned_images]
sandbox = '${pauseImage}'

[plugins.'io.containerd.cri.v1.runtime']
# Without CAP_SYS_RESOURCE nobody may lower a process's oom_score_adj; every sandbox would die of trying.
restrict_oom_score_adj = true
# The profiles would be loaded into the whole machine.
disable_apparmor = true

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
runtime_type = 'io.containerd.runc.v2'

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
SystemdCgroup = false

[plugins.'io.containerd.cri.v1.runtime'.cni]
bin_dirs = ['/usr/lib/cni', '/opt/cni/bin']
conf_dir = '${networks}'
`;

export const containerd: Part = {
  id: 'containerd',
  stage: kubeStages.runtime,
  prepare: async ({ layout, programs }) => {
    await writeConfig(layout, 'net.d/10-howdah.conflist', JSON.stringify(network));
    const config = await writeConfig(
      layout,
      'containerd.toml',
      containerdConfig(layout.images, join(layout.config, 'net.d')),
    );
    return {
      file: join(programs.node, 'containerd'),
      args: ['--config', config, '--log-level', 'warn'],
      // It looks for its shim and for runc there.
      env: { PATH: `${programs.node}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin` },
    };
  },
  isReady: async ({ programs }, signal) => {
    await runInNode(join(programs.node, 'ctr'), ['--address', containerdSocket, 'version'], signal);
    return true;
  },
  readyWithinMs: 60_000,
};
