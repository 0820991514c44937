import { describe, expect, it } from 'vitest';
import { styleFor } from '../style.ts';
import type { ClusterPlan } from './model.ts';
import { planJson, planText } from './plan-text.ts';

const style = styleFor({}, {});
const plan = (more: Partial<ClusterPlan> = {}): ClusterPlan => ({
  ...{ namespace: 'shop', name: 'orders', refusals: [], configProblems: [], paused: false },
  ...{ objects: [], patroni: [], pods: [], volumes: [], users: [] },
  ...more,
});
const text = (more: Partial<ClusterPlan>) => planText({ clusters: [plan(more)], others: [] }, style);
const longName = 'a-name-of-forty-characters-is-the-longest';

const whole = plan({
  objects: [
    {
      ...{ kind: 'PostgresCluster', name: longName, what: 'changed' },
      differences: [{ path: 'spec.instances', from: '3', to: '4' }],
    },
    { kind: 'PodDisruptionBudget', name: `${longName}-pgbackrest`, what: 'made', differences: [] },
    {
      ...{ kind: 'Secret', name: 'orders-user-app', what: 'changed' },
      differences: [{ path: 'data.password', hidden: true }],
    },
    {
      ...{ kind: 'StatefulSet', name: 'orders', what: 'replaced', note: 'its pods stay' },
      differences: [{ path: 'spec.template.spec.containers[postgres].resources', to: 'x '.repeat(80) }],
    },
    { kind: 'Service', name: 'orders', what: 'stays', differences: [] },
  ],
  pods: [
    { member: 'orders-2', does: 'gets a new pod' },
    { member: 'orders-0', does: 'gets a new pod', waits: 'the primary moves on request: a PostgresAction' },
  ],
  volumes: [{ claim: 'data-orders-0', from: '2Gi', to: '3Gi', refused: 'the class does not allow it' }],
  users: [{ name: 'app', databases: ['app', 'reports'] }],
});

describe('a plan in words', () => {
  it('says everything in 80 columns', () => {
    const lines = planText({ clusters: [whole], others: ['Secret s3'] }, style).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines).toContain('  spec.instances: 3 → 4');
    expect(lines).toContain('  data.password changes (its value is not shown)');
    expect(lines).toContain('  1. orders-2 gets a new pod');
    expect(lines).toContain('  app: app, reports');
    expect(lines.join('\n')).toMatch(/^\+ {2}PodDisruptionBudget {2}a-name/m);
    expect(lines[0]).toBe('orders in shop: of 5 objects 1 would be made, 2 would change, 1 would be');
    expect(lines.at(-2)).toBe('No plan is made of Secret s3.');
  });

  it('says in one line that nothing changes', () => {
    const objects = [{ kind: 'Service', name: 'orders', what: 'stays', differences: [] }] as const;
    expect(text({ objects })).toBe('orders in shop: nothing changes (1 objects).\n');
  });

  it('says first that nothing would be done, and why', () => {
    const lines = text({ refusals: ['spec.storage.data: no storage class'] }).split('\n');
    expect(lines).toEqual([
      ...['orders in shop: nothing would be made or changed.', '', 'Refused'],
      ...['  spec.storage.data: no storage class', ''],
    ]);
  });

  it('says of a paused cluster when it would be done', () => {
    expect(text({ ...whole, paused: true }).replaceAll('\n', ' ')).toContain(
      'once the annotation howdah.dev/paused is gone',
    );
  });
});

it('gives programs everything', () => {
  expect(JSON.parse(planJson({ clusters: [whole], others: [] }))).toEqual({
    ...{ version: 1, clusters: [whole], others: [] },
  });
});
