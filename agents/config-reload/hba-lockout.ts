import type { HbaRule } from './hba-file.ts';
import { firstMatch, type HbaSurroundings, type LoginAttempt } from './hba-match.ts';
import type { Problem } from './problem.ts';

/** A login that must stay possible whatever the files say. */
export interface KeptLogin {
  /** `local` for the unix socket, else the client's IP address. */
  readonly from: string;
  readonly database: string;
  readonly user: string;
  /** Methods that let it in; absent: any but `reject`. */
  readonly methods?: readonly string[];
  /** For a person: who needs it. */
  readonly why: string;
}

/**
 * The kept logins that `rules` would lock out, one problem each. Where the server speaks TLS, a login over
 * TCP may come in with or without it (libpq's default `sslmode=prefer` tries both), so one way suffices.
 */
export const lockedOut = (
  rules: readonly HbaRule[],
  kept: readonly KeptLogin[],
  surroundings: HbaSurroundings & { readonly serverHasTls: boolean },
): readonly Problem[] =>
  kept.flatMap((login) => {
    const ways = login.from !== 'local' && surroundings.serverHasTls ? [true, false] : [false];
    const verdicts = ways.map((encrypted) => verdictOn(rules, login, encrypted, surroundings));
    const [first] = verdicts;
    if (first === undefined || verdicts.some((verdict) => verdict.letsIn)) return [];
    const place = login.from === 'local' ? 'over the unix socket' : `from ${login.from}`;
    const target = login.database === 'replication' ? 'for replication' : `to database ${login.database}`;
    return [
      {
        file: 'pg_hba.conf' as const,
        ...(first.line === undefined ? {} : { line: first.line }),
        message: `would lock out ${login.user} ${place} ${target} (${login.why}): ${first.reason}`,
      },
    ];
  });

interface Verdict {
  readonly letsIn: boolean;
  readonly line?: number;
  readonly reason: string;
}

const verdictOn = (
  rules: readonly HbaRule[],
  { methods, ...login }: KeptLogin,
  encrypted: boolean,
  surroundings: HbaSurroundings,
): Verdict => {
  const attempt: LoginAttempt = { ...login, encrypted };
  const rule = firstMatch(rules, attempt, surroundings);
  if (rule === undefined) return { letsIn: false, reason: 'no rule matches it' };
  const { line, method } = rule;
  if (method === 'reject') return { letsIn: false, line, reason: 'this rule rejects it' };
  if (methods !== undefined && !methods.includes(method))
    return {
      letsIn: false,
      line,
      reason: `this rule asks for ${method}, and it can only answer ${methods.join(' or ')}`,
    };
  // Agents run as one operating-system user and log in as roles of other names: peer needs a map for that.
  if (method === 'peer' && methods !== undefined && !rule.options.some((option) => option.startsWith('map=')))
    return {
      letsIn: false,
      line,
      reason: 'this rule says peer without map=…, which lets in only a role of the same name',
    };
  return { letsIn: true, line, reason: '' };
};
