import { join } from 'node:path';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import { runHowdah } from '../testing/run-howdah.ts';

const cluster = 'apiVersion: howdah.dev/v1alpha1\nkind: PostgresCluster\nmetadata: { name: orders }\n';

describe('howdah plan', () => {
  it('ends with 1 for a file that is not there, and says which', async () => {
    const { code, stdout, stderr } = await runHowdah(['plan', '-f', '/nowhere/cluster.yaml']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('/nowhere/cluster.yaml: cannot be read');
    expect(stderr).toContain('HOWDAH_CLI_MANIFEST_UNREADABLE');
  }, 60_000);

  it('ends with 1 and a remedy where nothing says which Kubernetes', async () => {
    await using directory = await temporaryDirectory();
    for (const env of [{}, { KUBECONFIG: join(directory.path, 'none') }]) {
      const { code, stderr } = await runHowdah(
        ['plan', '-f', '-'],
        { HOME: directory.path, ...env },
        cluster,
      );
      expect(code).toBe(1);
      expect(stderr).toContain('HOWDAH_KUBE_NO_CLUSTER');
      expect(stderr).toContain('name a file with KUBECONFIG');
    }
  }, 60_000);

  it('takes no more than a manifest can have', async () => {
    const { code, stderr } = await runHowdah(['plan', '-f', '-'], {}, '#'.repeat(5 * 1024 * 1024));
    expect(code).toBe(1);
    expect(stderr).toContain('HOWDAH_CLI_MANIFEST_UNREADABLE');
  }, 60_000);
});
