import { userInfo } from 'node:os';
import type { OsUser } from '@howdah/testing/run-as';

/** Who we are, for what has nothing to do with the database. */
export const ourselves = (): OsUser => {
  const me = userInfo();
  return { name: me.username, uid: me.uid, gid: me.gid, home: me.homedir };
};
