import type { PartName } from '../part-names.ts';
import { azurite } from '../stores/azurite.ts';
import { opensearch } from '../stores/opensearch.ts';
import { prometheus } from '../stores/prometheus.ts';
import { s3 } from '../stores/s3.ts';
import { web } from '../stores/web.ts';
import { apiServer } from './api-server.ts';
import { containerd } from './containerd.ts';
import { controllerManager, proxy, scheduler } from './controllers.ts';
import { coredns } from './coredns.ts';
import { etcd } from './etcd.ts';
import { kubelet } from './kubelet.ts';
import type { Part } from './part.ts';

/** Every part by its name; the stores and Prometheus start when they are first asked for. */
export const allParts: Readonly<Record<PartName, Part>> = {
  etcd,
  'kube-apiserver': apiServer,
  'kube-controller-manager': controllerManager,
  'kube-scheduler': scheduler,
  'kube-proxy': proxy,
  kubelet,
  containerd,
  coredns,
  s3,
  azurite,
  web,
  opensearch,
  prometheus,
};
