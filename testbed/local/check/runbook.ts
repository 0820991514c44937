import { type Alert, type AlertLimit, everywhere } from '@howdah/runtime/alert';
import { generatedNotice } from './markdown.ts';

/** What a person needs to know at night; written by hand below the marker. */
export const runbookSections = ['Meaning', 'Impact', 'Diagnosis', 'Mitigation'] as const;

const end = '<!-- alert:end. What follows is written by hand and stays. -->';
const unwritten = 'To be written.';

/** The part of a runbook that follows from the alert. */
const headOf = (alert: Alert, limits: Readonly<Record<string, AlertLimit>>, source: string): string =>
  [
    `# ${alert.name}`,
    generatedNotice(source),
    `${alert.summary} **First:** ${alert.todo}`,
    `Severity \`${alert.severity}\`, when this holds for ${alert.for} (the limits are the defaults of the [reference](../reference/alerts.md)):`,
    `\`\`\`promql\n${alert.expr(everywhere(limits))}\n\`\`\``,
    end,
  ].join('\n\n');

/**
 * A runbook with its generated head brought up to date; what people wrote below the marker stays as it is. Without
 * one there is a skeleton.
 */
export const runbook = (
  alert: Alert,
  limits: Readonly<Record<string, AlertLimit>>,
  source: string,
  present: string | undefined,
): string => {
  const at = present?.indexOf(end) ?? -1;
  const written =
    present === undefined
      ? runbookSections.map((section) => `\n\n## ${section}\n\n${unwritten}`).join('')
      : at === -1
        ? `\n\n${present}`
        : present.slice(at + end.length);
  return `${headOf(alert, limits, source)}${written.trimEnd()}\n`;
};

/** Sections that nobody has written yet. */
export const unwrittenSections = (text: string): readonly string[] =>
  runbookSections.filter((section) => {
    const [, body = ''] = text.split(`\n## ${section}\n`);
    const written = body.split(/\n## /)[0]?.trim() ?? '';
    return written === '' || written === unwritten;
  });
