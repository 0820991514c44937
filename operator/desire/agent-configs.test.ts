import { expect, it } from 'vitest';
import { wantedWith } from '../testing/wanted.ts';
import { agentConfigs } from './agent-configs.ts';

const at = '2026-03-04T03:00:00Z';
const kind = { id: 'before-the-upgrade-1a2b3c4d', type: 'full', repos: [1], at } as const;
const own = { id: 'by-hand', type: 'incr', repos: [1], at } as const;
const backupWith = (more: object, requests: readonly (typeof kind)[]) => {
  const repositories = [{ name: 'repo1', volume: { claimName: 'backups' } }];
  const wanted = wantedWith({ backup: { repositories, ...more } }, { requests });
  return agentConfigs(wanted).find(({ agent }) => agent === 'backup');
};

it('asks for what the kinds want beside what the spec asks for itself', () => {
  expect(backupWith({ requests: [own] }, [kind])).toMatchObject({
    ...{ config: { requests: [own, kind] }, problems: [] },
  });
  expect(backupWith({}, [kind])?.config).toMatchObject({ requests: [kind] });
  expect(backupWith({ requests: [own] }, [])?.config).toMatchObject({ requests: [own] });
});
