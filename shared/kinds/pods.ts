import * as z from 'zod';
import { keyed, labels, objectName, passedOn, quantity, rules } from './parts.ts';

const amounts = () =>
  z
    .strictObject({
      cpu: z
        .string()
        .max(32)
        .regex(/^[0-9]+(\.[0-9]+)?m?$/, 'an amount such as 500m or 2')
        .optional()
        .describe('Cores.'),
      memory: quantity().optional().describe('Memory.'),
    })
    .optional();

const resourcesOf = (container: string) =>
  z
    .strictObject({
      requests: amounts().describe('What is set aside.'),
      limits: amounts().describe('What is never passed.'),
    })
    .optional()
    .describe(`Resources of the ${container}.`);

export const resources = z
  .strictObject({
    postgres: resourcesOf('container with Patroni and PostgreSQL'),
    agents: resourcesOf('container with the agents'),
  })
  .prefault({})
  .describe('Resources of the containers.');
export type Resources = z.infer<typeof resources>;

/** Where pods may run, in the words of a pod. */
export const scheduling = z
  .strictObject({
    antiAffinity: z
      .enum(['preferred', 'required'])
      .default('preferred')
      .describe('Whether two members must be on two nodes, or should be.'),
    topologyKey: z
      .string()
      .max(317)
      .default('kubernetes.io/hostname')
      .describe('Label of nodes by which members are kept apart.'),
    nodeSelector: labels().optional().describe('Labels that a node must have.'),
    tolerations: z.array(passedOn()).max(32).optional().describe('Taints that the pods tolerate.'),
    priorityClassName: objectName().optional().describe('Priority of the pods.'),
    labels: labels().optional().describe('Further labels of the pods.'),
    annotations: labels().optional().describe('Further annotations of the pods.'),
  })
  .prefault({})
  .describe('Where the pods run.');
export type Scheduling = z.infer<typeof scheduling>;

/** Secrets of a private registry, for both images of a member. */
export const imagePullSecrets = z
  .array(z.strictObject({ name: objectName().describe('Name of the Secret.') }))
  .max(16)
  .meta(keyed('name'))
  .optional()
  .describe('Secrets, in the same namespace, by which the members’ images are pulled.');

/** uid and gid of our images. */
export const imageUser = 10_001;

const id = (whose: string) =>
  z.int().min(1).max(2_147_483_647).default(imageUser).describe(`${whose} of the images when absent.`);

/** Some namespaces allow only numbers of their own range. */
export const securityContext = z
  .strictObject({
    runAsUser: id('User of all containers; that'),
    fsGroup: id('Group of the volumes; that'),
  })
  .prefault({})
  .meta(
    rules({
      rule: 'self == oldSelf',
      message: 'the files on the volumes belong to this user: make a new cluster from the backup',
    }),
  )
  .describe('As whom the pods run. Another user than the images’ has group 0, as the images provide for.');
export type SecurityContext = z.infer<typeof securityContext>;

/** When changes that need new pods, or a restart of PostgreSQL, are made. */
export const updates = z
  .strictObject({
    pods: z
      .enum(['automatic', 'onRequest', 'window'])
      .optional()
      .describe(
        'When absent, replicas at once and the primary by a PostgresAction of type restart. `automatic`: the primary at once, too. `onRequest`: nothing by itself. `window`: the primary in the window.',
      ),
    window: z
      .strictObject({
        cron: z.string().min(9).max(256).describe('When the window opens: five cron fields.'),
        durationMinutes: z.int().min(5).max(1_440).default(60).describe('How long it stays open.'),
        timeZone: z.string().max(64).default('UTC').describe('IANA time zone of `cron`.'),
      })
      .optional()
      .describe('The window of `pods: window`.'),
  })
  .prefault({})
  .meta({
    'x-kubernetes-validations': [
      {
        rule: "(has(self.pods) && self.pods == 'window') == has(self.window)",
        message: 'window together with pods: window',
      },
    ],
  })
  .describe('When pods are replaced and parameters that need a restart take effect.');
export type Updates = z.infer<typeof updates>;
