import type { KubeObject } from '@howdah/kube/object';
import { resources } from '@howdah/kube/resource';
import { namesOf, owned, type Wanted } from './wanted.ts';

/** What Patroni needs where Kubernetes is its store; the agents need nothing of it. */
export const patroniAccess = (wanted: Wanted): readonly KubeObject[] => {
  const name = namesOf(wanted.name).patroni;
  return [
    owned(wanted, resources.serviceAccount, name, { automountServiceAccountToken: false }),
    owned(wanted, resources.role, name, {
      rules: [
        // Leader, configuration and history lie in Endpoints.
        {
          apiGroups: [''],
          resources: ['endpoints'],
          verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
        },
        // Its own pod carries its state, and every pod its role.
        { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'patch', 'update', 'watch'] },
      ],
    }),
    owned(wanted, resources.roleBinding, name, {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: wanted.namespace }],
    }),
  ];
};
