import { expect, test } from 'vitest';
import { layerRules } from './layer-rules.ts';

const broken = (from: string, to: string, typeOnly = false): readonly string[] =>
  layerRules.filter((rule) => rule.forbids({ from, to, typeOnly })).map(({ name }) => name);

test.each([
  ['shared/core/errors.ts', 'npm:zod', 'pure-packages-import-nothing'],
  ['shared/core/errors.ts', 'shared/status/common.ts', 'pure-packages-import-nothing'],
  ['shared/pglog/csv-parse.ts', 'shared/core/errors.ts', 'pure-packages-import-nothing'],
  ['shared/status/backup.ts', 'shared/runtime/agent.ts', 'status-imports-core'],
  ['shared/patroni/role.ts', 'shared/status/common.ts', 'adapters-import-core'],
  ['shared/pgbackrest/info.ts', 'shared/postgres/connect.ts', 'adapters-import-core'],
  ['shared/objectstore/store.ts', 'shared/runtime/logger.ts', 'adapters-import-core'],
  ['shared/runtime/supervisor.ts', 'shared/postgres/connect.ts', 'runtime-knows-no-agent'],
  ['shared/runtime/supervisor.ts', 'agents/backup/agent.ts', 'runtime-knows-no-agent'],
  ['agents/backup/run.ts', 'agents/exporter/collect.ts', 'agents-never-import-agents'],
  ['agents/backup/run.test.ts', 'agents/exporter/collect.ts', 'agents-never-import-agents'],
  ['agents/backup/agent.ts', 'agents/suite/agents.ts', 'agents-never-import-agents'],
  ['agents/backup/run.ts', 'cli/status.ts', 'front-ends-use-agents'],
  ['shared/postgres/connect.ts', 'agents/backup/model.ts', 'front-ends-use-agents'],
  ['shared/testing/postgres-server.ts', 'testbed/local/workspace.ts', 'front-ends-use-agents'],
  ['console/server.ts', 'agents/backup/model.ts', 'console-knows-no-agent'],
  ['cli/plan/plan.ts', 'operator/reconcile.ts', 'cli-plans-with-the-operator'],
  ['cli/status.ts', 'operator/desire/desire.ts', 'cli-plans-with-the-operator'],
  ['agents/backup/run.ts', 'shared/testing/postgres-server.ts', 'testing-is-for-tests'],
  ['cli/status.ts', 'cli/status.test.ts', 'testing-is-for-tests'],
  ['agents/suite/agents.ts', 'agents/backup/main.ts', 'main-is-a-program'],
  ['agents/exporter/connect.ts', 'npm:pg', 'postgres-alone-knows-its-library'],
  ['agents/audit-upload/upload.ts', 'npm:@aws-sdk/client-s3', 'objectstore-alone-knows-its-library'],
  ['shared/runtime/main.ts', 'npm:@kubernetes/client-node', 'kube-alone-knows-its-library'],
  ['agents/backup/run.ts', 'npm:prom-client', 'stages-receive-ports'],
  ['agents/backup/run.ts', 'shared/runtime/config.ts', 'stages-receive-ports'],
  ['agents/backup/run.ts', 'shared/runtime/http-server.ts', 'stages-receive-ports'],
  ['agents/backup/run.ts', 'agents/backup/config.ts', 'stages-do-not-read-config'],
  ['agents/backup/run.ts', 'node:process', 'process-belongs-to-runtime'],
  ['shared/postgres/connect.ts', 'node:process', 'process-belongs-to-runtime'],
])('%s → %s breaks %s', (from, to, rule) => {
  expect(broken(from, to)).toContain(rule);
});

test('a type from the wrong side is an arrow to the wrong side', () => {
  expect(broken('shared/patroni/role.ts', 'shared/status/common.ts', true)).toEqual(['adapters-import-core']);
});

test.each([
  ['shared/core/clock.ts', 'node:timers/promises'],
  ['shared/patroni/client.ts', 'shared/core/errors.ts'],
  ['shared/postgres/connect.ts', 'npm:pg'],
  ['shared/postgres/connect.pg.test.ts', 'shared/testing/postgres-server.ts'],
  ['shared/runtime/agent.ts', 'shared/status/common.ts'],
  ['shared/runtime/main.ts', 'node:process'],
  ['agents/backup/agent.ts', 'agents/backup/config.ts'],
  ['agents/backup/agent.ts', 'shared/pgbackrest/backup.ts'],
  ['agents/backup/alerts.ts', 'shared/runtime/alert.ts'],
  ['agents/backup/run.ts', 'shared/runtime/state-file.ts'],
  ['agents/suite/agents.ts', 'agents/backup/agent.ts'],
  ['agents/suite/main.ts', 'agents/suite/agents.ts'],
  ['cli/config-check.ts', 'agents/backup/config.ts'],
  ['cli/plan/plan-cluster.ts', 'operator/desire/desire.ts'],
  ['testbed/local/cluster/load.ts', 'npm:pg'],
])('%s may import %s', (from, to) => {
  expect(broken(from, to)).toEqual([]);
});

test('a stage may name the type of its agent’s configuration', () => {
  expect(broken('agents/backup/run.ts', 'agents/backup/config.ts', true)).toEqual([]);
});
