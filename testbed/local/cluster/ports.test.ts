import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { demoPorts, namedPorts, portsFrom, requireFreePorts } from './ports.ts';

const listen = (port: number) =>
  new Promise<{ close: () => void }>((resolve) => {
    const server = createServer().listen(port, '127.0.0.1', () => resolve(server));
  });

describe('the ports of a cluster', () => {
  it('are waited for while a passing client holds one', async () => {
    const ports = portsFrom(24_200);
    const passing = await listen(ports.patroni[0]);
    setTimeout(() => passing.close(), 50);
    await requireFreePorts(ports, new AbortController().signal, 5_000);
  });

  it.each([
    ['the demo’s', demoPorts],
    ['a test’s', portsFrom(24_000)],
  ])('are all different: %s', (_, ports) => {
    const numbers = namedPorts(ports).map(([, port]) => port);
    expect(new Set(numbers).size).toBe(14);
  });

  it('are each named when something else listens there', async () => {
    const ports = portsFrom(24_100);
    const [one, two] = await Promise.all([listen(ports.postgres[1]), listen(ports.azurite)]);
    await expect(requireFreePorts(ports, new AbortController().signal, 0)).rejects.toThrow(
      /24101 \(PostgreSQL of pg-1\), 24111 \(the object store\)/,
    );
    one.close();
    two.close();
  });
});
