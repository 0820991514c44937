/**
 * Why a text cannot stand as a value in pgbackrest.conf; undefined where it can. There is neither quoting nor escaping:
 * a value is the rest of its line without the space around it, and pgBackRest refuses one that is empty.
 * Source: https://github.com/pgbackrest/pgbackrest/blob/main/src/common/ini.c
 */
export const unwritableBecause = (value: string): string | undefined => {
  if (value === '') return 'it is empty';
  if (/\p{Cc}/u.test(value)) return 'a line end or another control character is in it';
  if (value !== value.trim()) return 'space at its beginning or end would be lost';
  return undefined;
};

/** Name of an option, and the command for which alone it is meant. */
export interface OptionName {
  readonly command?: string;
  readonly option: string;
}

/** `process-max` or `archive-push:process-max`; undefined where it is neither. */
export const parseOptionName = (text: string): OptionName | undefined => {
  const [, command, option] = /^(?:([a-z]+(?:-[a-z]+)*):)?([a-z][a-z0-9]*(?:-[a-z0-9]+)*)$/.exec(text) ?? [];
  if (option === undefined) return undefined;
  return command === undefined ? { option } : { command, option };
};
