import { userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { databaseUser, runAs, userFromPasswd } from './run-as.ts';

describe('userFromPasswd', () => {
  const passwd = 'root:x:0:0:root:/root:/bin/bash\npostgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n';

  it('reads ids and home of the named account', () => {
    expect(userFromPasswd(passwd, 'postgres')).toEqual({
      name: 'postgres',
      uid: 101,
      gid: 104,
      home: '/var/lib/postgresql',
    });
  });

  it('knows nothing of an account whose name only begins alike', () => {
    expect(userFromPasswd(passwd, 'post')).toBeUndefined();
  });
});

describe('runAs', () => {
  it('runs as the database user, which is never root', async () => {
    const user = databaseUser();
    const { stdout } = await runAs(user, 'id', ['-u']);
    expect(stdout.trim()).toBe(String(user.uid));
    expect(user.uid).not.toBe(0);
  });

  it('hands over its input and nothing of our own environment', async () => {
    process.env.PGHOST = 'elsewhere';
    const { stdout } = await runAs(databaseUser(), 'sh', ['-c', 'cat; echo "$PGHOST."'], { input: 'in;' });
    expect(stdout).toBe('in;.\n');
    delete process.env.PGHOST;
  });

  it('tells what a failing command said', async () => {
    await expect(runAs(databaseUser(), 'sh', ['-c', 'echo sorry >&2; exit 3'])).rejects.toThrow(
      /ended with 3: sorry/,
    );
  });

  it('kills a command that runs out of time', async () => {
    await expect(runAs(databaseUser(), 'sleep', ['30'], { timeoutMs: 50 })).rejects.toThrow(
      /did not run to its end/,
    );
  });

  it('is a test of root or of a plain user, and says which', () => {
    expect(databaseUser().name).toBe(userInfo().uid === 0 ? 'postgres' : userInfo().username);
  });
});
