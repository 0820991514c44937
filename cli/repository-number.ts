import { InvalidArgumentError } from 'commander';

/** The argument of `--repo`. */
export const repositoryNumber = (text: string): number => {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError('a number from 1 to 256');
  return Number(text);
};
