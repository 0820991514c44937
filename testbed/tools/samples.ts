import { getText } from './http.ts';

/** One sample of a text exposition: its labels and value. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The samples of one family at `url`; labels without escapes, as ours are. */
export const scrape = async (url: string, family: string, signal: AbortSignal): Promise<readonly Sample[]> =>
  samplesOf(await getText(`${url}/metrics`, signal), family);

export const samplesOf = (text: string, family: string): readonly Sample[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith(`${family}{`) || line.startsWith(`${family} `))
    .map((line) => ({
      labels: Object.fromEntries([...line.matchAll(/(\w+)="([^"]*)"/g)].map((match) => [match[1], match[2]])),
      value: Number(line.slice(line.lastIndexOf(' ') + 1)),
    }));
