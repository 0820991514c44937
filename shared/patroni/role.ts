/** What a member is, as far as Patroni knows; the same words as `memberRole` of shared/status. */
export type MemberRole = 'primary' | 'replica' | 'standby_leader' | 'uninitialized' | 'unknown';

/**
 * Patroni's word for a role, in ours. `GET /patroni` says `primary` (`master` before 4.0), `GET /cluster`
 * says `leader` for the same member, and `sync_standby` or `quorum_standby` where `/patroni` says `replica`.
 * `promoted` and `demoted` are states in between, in which nobody should rely on either role.
 */
export const memberRoleOf = (word: string): MemberRole => {
  switch (word) {
    case 'primary':
    case 'master':
    case 'leader':
      return 'primary';
    case 'replica':
    case 'sync_standby':
    case 'quorum_standby':
      return 'replica';
    case 'standby_leader':
      return 'standby_leader';
    case 'uninitialized':
      return 'uninitialized';
    default:
      return 'unknown';
  }
};
