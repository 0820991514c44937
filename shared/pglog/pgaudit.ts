import { splitCsv } from './csv-fields.ts';

/** What pgaudit wrote into the message of one log record. */
export interface AuditEntry {
  readonly auditType: 'SESSION' | 'OBJECT';
  /** Counts statements within the session. */
  readonly statementId: number;
  /** Counts the statements that one statement runs inside. */
  readonly substatementId: number;
  /** READ, WRITE, FUNCTION, ROLE, DDL, MISC … */
  readonly class: string;
  /** e.g. `ALTER TABLE`, `SELECT`. */
  readonly command: string;
  /** TABLE, INDEX, VIEW …, where the command has one and pgaudit logs relations. */
  readonly objectType?: string;
  /** Schema-qualified. */
  readonly objectName?: string;
  /** `<not logged>` or `<previously logged>` where pgaudit's settings say so. */
  readonly statement?: string;
  /** `<not logged>`, `<none>`, or the parameters as CSV. */
  readonly parameter?: string;
  /** Rows retrieved or affected, with pgaudit.log_rows. */
  readonly rows?: number;
  /** What a later pgaudit has added, in its order. */
  readonly more: readonly string[];
}

const prefix = 'AUDIT: ';

/** Whether a log record's message is one of pgaudit's (its level is what pgaudit.log_level says). */
export const isAuditMessage = (message: string): boolean => message.startsWith(prefix);

/**
 * The fields of a pgaudit message (https://github.com/pgaudit/pgaudit#format); undefined when it is none,
 * or not as pgaudit writes it. The message itself stays the evidence.
 */
export const parseAuditMessage = (message: string): AuditEntry | undefined => {
  if (!isAuditMessage(message)) return undefined;
  // A statement ends in the message as it was sent, so a newline at its end is part of the last field.
  const fields = splitCsv(`${message.slice(prefix.length)}\n`);
  if (fields === undefined) return undefined;
  const [auditType, statementId, substatementId, auditClass, command] = fields;
  if (auditType !== 'SESSION' && auditType !== 'OBJECT') return undefined;
  if (!isNumber(statementId) || !isNumber(substatementId)) return undefined;
  if (auditClass === undefined || command === undefined) return undefined;
  const [objectType, objectName, statement, parameter, rows, ...more] = fields.slice(5);
  return {
    auditType,
    statementId: Number(statementId),
    substatementId: Number(substatementId),
    class: auditClass,
    command,
    ...(objectType === undefined ? {} : { objectType }),
    ...(objectName === undefined ? {} : { objectName }),
    ...(statement === undefined ? {} : { statement }),
    ...(parameter === undefined ? {} : { parameter }),
    ...(isNumber(rows) ? { rows: Number(rows) } : {}),
    more: [...(rows === undefined || isNumber(rows) ? [] : [rows]), ...more.map((field) => field ?? '')],
  };
};

const isNumber = (text: string | undefined): text is string => text !== undefined && /^\d{1,15}$/.test(text);
