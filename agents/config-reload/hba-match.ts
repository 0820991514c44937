import { BlockList, isIP } from 'node:net';
import type { HbaRule, HbaToken } from './hba-file.ts';

/** A login that somebody may try. */
export interface LoginAttempt {
  /** `local` for the unix socket, else the client's IP address. */
  readonly from: string;
  readonly encrypted: boolean;
  /** `replication` stands for physical replication, as in pg_hba.conf. */
  readonly database: string;
  readonly user: string;
}

/** What decides beside the rules themselves. */
export interface HbaSurroundings {
  /** The server's major version. */
  readonly major: number;
  /** Roles of which each user is a member, directly or not. */
  readonly groupsOf: ReadonlyMap<string, ReadonlySet<string>>;
  /** The pod's own networks, as `10.1.2.3/24`: for samehost and samenet. */
  readonly networks: readonly string[];
  /** Names by which addresses are known; the server would look them up. */
  readonly namesOf: ReadonlyMap<string, readonly string[]>;
}

/** The rule that decides about `attempt`: as in PostgreSQL the first that matches, undefined when none does. */
export const firstMatch = (
  rules: readonly HbaRule[],
  attempt: LoginAttempt,
  surroundings: HbaSurroundings,
): HbaRule | undefined =>
  rules.find(
    (rule) =>
      typeMatches(rule, attempt) &&
      addressMatches(rule, attempt, surroundings) &&
      rule.databases.some((token) => databaseMatches(token, attempt, surroundings)) &&
      rule.users.some((token) => userMatches(token, attempt, surroundings)),
  );

const typeMatches = ({ type }: HbaRule, { from, encrypted }: LoginAttempt): boolean => {
  switch (type) {
    case 'local':
      return from === 'local';
    case 'host':
    case 'hostnogssenc':
      return from !== 'local';
    case 'hostssl':
      return from !== 'local' && encrypted;
    case 'hostnossl':
      return from !== 'local' && !encrypted;
    case 'hostgssenc':
      return false; // Nobody whose way in is kept here encrypts by GSSAPI.
  }
};

const databaseMatches = (
  { text, quoted }: HbaToken,
  { database, user }: LoginAttempt,
  { major, groupsOf }: HbaSurroundings,
): boolean => {
  if (database === 'replication') return !quoted && text === 'replication';
  if (quoted) return text === database;
  if (text === 'all') return true;
  if (text === 'sameuser') return database === user;
  if (text === 'samerole' || text === 'samegroup')
    return database === user || groupsOf.get(user)?.has(database) === true;
  if (text === 'replication') return false;
  return nameMatches(text, database, major);
};

const userMatches = (
  { text, quoted }: HbaToken,
  { user }: LoginAttempt,
  { major, groupsOf }: HbaSurroundings,
): boolean => {
  if (quoted) return text === user;
  if (text === 'all') return true;
  if (text.startsWith('+')) return text.slice(1) === user || groupsOf.get(user)?.has(text.slice(1)) === true;
  return nameMatches(text, user, major);
};

/** From PostgreSQL 16, a name that begins with a slash is a regular expression. */
const nameMatches = (pattern: string, name: string, major: number): boolean => {
  if (major < 16 || !pattern.startsWith('/')) return pattern === name;
  try {
    return new RegExp(pattern.slice(1), 'u').test(name);
  } catch {
    return false; // One that only PostgreSQL's dialect knows: not relied on to let anybody in.
  }
};

const addressMatches = (
  { address, mask }: HbaRule,
  { from }: LoginAttempt,
  { networks, namesOf }: HbaSurroundings,
): boolean => {
  if (address === undefined) return true;
  if (!address.quoted) {
    if (address.text === 'all') return true;
    if (address.text === 'samehost')
      return networks.some((network) => contains(`${network.split('/')[0]}`, from));
    if (address.text === 'samenet') return networks.some((network) => contains(network, from));
  }
  const [ip = ''] = address.text.split('/');
  if (isIP(ip) !== 0) return contains(mask === undefined ? address.text : `${ip}/${prefixOf(mask)}`, from);
  const names = namesOf.get(from) ?? [];
  return address.text.startsWith('.')
    ? names.some((name) => name.toLowerCase().endsWith(address.text.toLowerCase()))
    : names.some((name) => name.toLowerCase() === address.text.toLowerCase());
};

/** Whether `network`, an address with or without prefix length, contains `ip`. */
const contains = (network: string, ip: string): boolean => {
  const [base = '', prefix] = network.split('/');
  const family = isIP(base);
  if (family === 0 || family !== isIP(ip)) return false;
  const width = family === 4 ? 32 : 128;
  const length = prefix === undefined ? width : Number(prefix);
  if (!Number.isInteger(length) || length < 0 || length > width) return false;
  const list = new BlockList();
  const name = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(base, length, name);
  return list.check(ip, name);
};

/** `255.255.255.0` is 24, `ffff::` is 16. */
const prefixOf = (mask: string): number => {
  if (isIP(mask) === 4)
    return mask
      .split('.')
      .map((octet) => Number(octet).toString(2).replaceAll('0', '').length)
      .reduce((sum, ones) => sum + ones, 0);
  const groups =
    mask
      .split('::')[0]
      ?.split(':')
      .filter((group) => group !== '') ?? [];
  return groups
    .map((group) => Number.parseInt(group, 16).toString(2).replaceAll('0', '').length)
    .reduce((sum, ones) => sum + ones, 0);
};
