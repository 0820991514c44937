import type { ConfigRow } from './config-rows.ts';
import { code, generatedNotice, markdownTable } from './markdown.ts';

const begin = '<!-- config:begin -->';
const end = '<!-- config:end -->';

export const configTable = (rows: readonly ConfigRow[]): string =>
  markdownTable(
    ['key', 'type', 'default', 'bounds', 'what it does'],
    rows.map((row) => [code(row.key), row.type, defaultOf(row), row.bounds, row.description]),
  );

const defaultOf = ({ required, fallback }: ConfigRow): string => {
  if (fallback !== undefined) return code(fallback);
  return required ? '**required**' : '';
};

/** docs/reference/config/<agent>.md */
export const configReference = (agent: string, rows: readonly ConfigRow[]): string =>
  `${[
    `# ${agent}.yaml`,
    generatedNotice(`agents/${agent}/config.ts`),
    `The configuration of the ${agent} agent. [${agent}.schema.json](${agent}.schema.json) says the same to editors: put \`# yaml-language-server: $schema=…/${agent}.schema.json\` at the top of the file. \`howdah config check\` also judges the rules across keys. An unknown key is an error.`,
    configTable(rows),
  ].join('\n\n')}\n`;

/** docs/reference/README.md: where each reference is. */
export const referenceIndex = (agents: readonly string[]): string =>
  `${[
    '# Reference',
    generatedNotice('what is listed here'),
    [
      ...agents.map((agent) => `- [${agent}.yaml](config/${agent}.md)`),
      '- [Metrics](metrics.md)',
      '- [Alerts](alerts.md), and [as Prometheus loads them](howdah.rules.yaml)',
      '- [Errors](../errors.md)',
    ].join('\n'),
  ].join('\n\n')}\n`;

/** `readme` with `table` between its markers; where it has none they are put at its end. */
export const withConfigTable = (readme: string, table: string): string => {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end, from);
  if (from === -1 || to === -1) {
    return `${readme.trimEnd()}\n\n## Configuration\n\n${begin}\n${table}\n${end}\n`;
  }
  return `${readme.slice(0, from + begin.length)}\n${table}\n${readme.slice(to)}`;
};
