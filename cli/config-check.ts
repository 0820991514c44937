import { readdir } from 'node:fs/promises';
import { checkConfigDirectory } from '@howdah/runtime/config';
import { type ConfigDescription, configFileName } from '@howdah/runtime/parse-config';
import type { ConfigProblem } from '@howdah/status/common';
import type { Style } from './style.ts';

export interface ConfigCheck {
  readonly directory: string;
  /** Files that describe an agent, in the order of the agents. */
  readonly files: readonly string[];
  readonly problems: readonly ConfigProblem[];
}

/** Rejects with HOWDAH_CONFIG_DIRECTORY_UNREADABLE. */
export const checkConfig = async (
  directory: string,
  descriptions: readonly ConfigDescription<unknown>[],
): Promise<ConfigCheck> => {
  const problems = await checkConfigDirectory(directory, descriptions);
  const entries = await readdir(directory);
  const files = descriptions.map(({ name }) => configFileName(name)).filter((file) => entries.includes(file));
  return { directory, files, problems };
};

/** All problems at once: file, path, what was seen, what would be right. */
export const configCheckText = ({ directory, files, problems }: ConfigCheck, style: Style): string => {
  if (problems.length === 0) {
    return files.length === 0
      ? `${style.warning(`No agent has a file in ${directory}`)}: all five are off.\n`
      : `${style.good('All is well')}: ${files.join(', ')}\n`;
  }
  const lines = problems.map(({ file, path, seen, expected }) => {
    const place = [file, path].filter((part) => part !== '').join('  ');
    const found = seen === undefined ? '' : `    found     ${seen}\n`;
    return `${style.strong(place)}\n${found}    expected  ${expected}`;
  });
  const sum = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} in ${directory}`;
  return `${[style.alarm(sum), ...lines].join('\n')}\n`;
};

export const configCheckJson = (check: ConfigCheck): string =>
  `${JSON.stringify({ version: 1, valid: check.problems.length === 0, ...check }, undefined, 2)}\n`;
