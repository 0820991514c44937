import type { Option } from './model.ts';
import type { WantedConfiguration } from './wanted.ts';

const head = `# Written by the backup agent from backup.yaml: what is changed here by hand is lost.
`;

const lines = (options: readonly Option[]): readonly string[] =>
  options.map(([name, value]) => `${name}=${value}`);

/** pgbackrest.conf; its values have been judged. */
export const configurationText = ({ sections }: Pick<WantedConfiguration, 'sections'>): string =>
  head + [...sections].map(([section, options]) => `\n[${section}]\n${lines(options).join('\n')}\n`).join('');

/** The file that pgBackRest reads behind it. */
export const secretsText = (secrets: readonly Option[]): string =>
  `${head}\n[global]\n${secrets.length === 0 ? '' : `${lines(secrets).join('\n')}\n`}`;
