/** `3 segments`, `1 segment`. */
export const count = (value: number, one: string): string => `${value} ${one}${value === 1 ? '' : 's'}`;
