import { describe, expect, it } from 'vitest';
import { ancestry, decideWorkspace } from './workspace.ts';

const doorways = (clone: string, closed: readonly string[]) =>
  ancestry(clone).map((path) => ({ path, open: !closed.includes(path) }));

describe('where tools and data go', () => {
  it('keeps all in a clone that everybody may enter', () => {
    expect(decideWorkspace('/srv/howdah', true, doorways('/srv/howdah', []))).toMatchObject({
      outside: false,
      tools: '/srv/howdah/.dev',
      demo: '/srv/howdah/.demo',
    });
  });

  it('moves below /var/tmp when a directory on the way is closed to the postgres user', () => {
    const workspace = decideWorkspace('/root/howdah', true, doorways('/root/howdah', ['/root']));
    expect(workspace.outside).toBe(true);
    expect(workspace.demo).toMatch(/^\/var\/tmp\/howdah-[0-9a-f]{10}\/demo$/);
  });

  it('gives two clones two places', () => {
    const one = decideWorkspace('/root/one', true, doorways('/root/one', ['/root']));
    const two = decideWorkspace('/root/two', true, doorways('/root/two', ['/root']));
    expect(one.workRoot).not.toBe(two.workRoot);
  });

  it('minds no closed door when the database runs as ourselves', () => {
    expect(decideWorkspace('/home/me/howdah', false, doorways('/home/me/howdah', ['/home/me'])).outside).toBe(
      false,
    );
  });
});
