import { expect, it } from 'vitest';
import { bytesOf, growths, hasOldTemplate } from './growth.ts';

const claim = (name: string, storage: string, storageClassName?: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { resources: { requests: { storage } }, storageClassName },
});
const storage = { data: { size: '2Gi' }, logs: { size: '1Gi' } };

it.each([
  ['1Gi', 1_073_741_824],
  ['1.5Ki', 1_536],
  ['2G', 2e9],
  ['7', 7],
])('%s are %i bytes', (quantity, bytes) => {
  expect(bytesOf(quantity)).toBe(bytes);
});

it('grows the claims that are too small, whatever unit they are written in, and only those of this cluster', () => {
  const claims = [
    claim('data-orders-0', '1Gi', 'fast'),
    claim('data-orders-1', '2048Mi'),
    claim('logs-orders-0', '512Mi'),
    claim('data-orders-eu-0', '1Gi'),
    claim('backups', '1Gi'),
  ];
  expect(growths('orders', storage, claims)).toEqual([
    { volume: 'data', claim: 'data-orders-0', size: '2Gi', storageClassName: 'fast' },
    { volume: 'logs', claim: 'logs-orders-0', size: '1Gi', storageClassName: undefined },
  ]);
});

it('knows a template of another size', () => {
  const set = (size: string) => ({
    ...{ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'orders' } },
    spec: { volumeClaimTemplates: [claim('data', size), claim('logs', '1Gi')] },
  });
  expect(hasOldTemplate(set('1Gi'), storage)).toBe(true);
  expect(hasOldTemplate(set('2Gi'), storage)).toBe(false);
});
