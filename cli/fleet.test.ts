import { expect, test } from 'vitest';
import { agentsOf } from './fleet.ts';

const member = { role: 'replica', state: 'streaming', synchronous: false, pendingRestart: false } as const;
const at = (host?: string) => ({
  paused: false,
  members: [{ ...member, name: 'pg-1', ...(host === undefined ? {} : { host }) }],
});

test.each([
  ['10.0.0.8', 'http://10.0.0.8:9187/'],
  ['pg-1.orders.svc', 'http://pg-1.orders.svc:9187/'],
  ['fd00::8', 'http://[fd00::8]:9187/'],
  [undefined, 'http://unknown.invalid:9187/'],
])('the agents of a member whose host is %s are asked there and nowhere else', (host, url) => {
  expect(agentsOf(at(host), 'http://127.0.0.1:9187')).toEqual([{ name: 'pg-1', url }]);
});
