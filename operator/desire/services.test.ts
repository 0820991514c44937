import { describe, expect, it } from 'vitest';
import { wantedWith } from '../testing/wanted.ts';
import { membersService, patroniConfigService, primaryService, replicaService } from './services.ts';

const members = {
  'app.kubernetes.io/name': 'howdah',
  'app.kubernetes.io/instance': 'orders',
  'app.kubernetes.io/component': 'postgres',
};
const tcp5432 = { name: 'postgresql', protocol: 'TCP', port: 5432, targetPort: 5432 };

describe('the Services for clients', () => {
  it('are within Kubernetes alone when the spec says nothing', () => {
    expect(primaryService(wantedWith()).spec).toEqual({ type: 'ClusterIP', ports: [tcp5432] });
    expect(replicaService(wantedWith()).spec).toMatchObject({ type: 'ClusterIP', ports: [tcp5432] });
    expect(primaryService(wantedWith()).metadata).not.toHaveProperty('annotations');
  });

  it('lead to the primary by Patroni’s word, and to replicas by their role', () => {
    // With a selector Kubernetes would write the Endpoints, and Patroni, too.
    expect(primaryService(wantedWith()).spec).not.toHaveProperty('selector');
    expect(primaryService(wantedWith()).metadata.name).toBe('orders');
    expect(replicaService(wantedWith()).spec).toMatchObject({ selector: { ...members, role: 'replica' } });
    expect(replicaService(wantedWith()).metadata.name).toBe('orders-replica');
  });

  it('take type, annotations, networks and port from the spec, each its own', () => {
    const primary = {
      type: 'LoadBalancer',
      annotations: { 'example.org/internal': 'true' },
      loadBalancerSourceRanges: ['192.0.2.0/24'],
      port: 6432,
    };
    const wanted = wantedWith({ services: { primary, replica: { type: 'NodePort' } } });
    const { metadata, spec } = primaryService(wanted);
    expect(metadata.annotations).toEqual({ 'example.org/internal': 'true' });
    expect(spec).toEqual({
      type: 'LoadBalancer',
      loadBalancerSourceRanges: ['192.0.2.0/24'],
      ports: [{ ...tcp5432, port: 6432 }],
    });
    expect(replicaService(wanted).spec).toEqual({
      type: 'NodePort',
      selector: { ...members, role: 'replica' },
      ports: [tcp5432],
    });
  });
});

it('gives each member a name, and Prometheus those that are not ready as well', () => {
  const { metadata, spec } = membersService(wantedWith());
  expect(metadata.name).toBe('orders-metrics');
  expect(spec).toEqual({
    ...{ type: 'ClusterIP', clusterIP: 'None', publishNotReadyAddresses: true, selector: members },
    ports: [{ name: 'howdah', protocol: 'TCP', port: 9187, targetPort: 9187 }, tcp5432],
  });
});

it('keeps what Patroni knows of the data as long as the volumes are kept', () => {
  const { metadata } = patroniConfigService(wantedWith());
  expect(metadata.name).toBe('orders-config');
  expect(metadata).not.toHaveProperty('ownerReferences');
  expect(patroniConfigService(wantedWith({ deletionPolicy: 'Delete' })).metadata).toHaveProperty(
    'ownerReferences',
  );
  for (const service of [primaryService, replicaService, membersService])
    expect(service(wantedWith()).metadata.ownerReferences).toHaveLength(1);
});
