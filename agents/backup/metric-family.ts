import { Gauge, type Registry } from 'prom-client';

/** Label values and the value. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** One gauge whose series follow from what is known at the moment of the scrape. */
export interface Family<Known> {
  readonly name: string;
  readonly help: string;
  /** Never empty: prom-client gives a gauge without labels the value 0 before anything is known. */
  readonly labels: readonly string[];
  /** A series that is not known is left out. */
  readonly samples: (known: Known) => readonly Sample[];
}

/** Declares the families; before each scrape `known` is asked, and undefined leaves all of them empty. */
export const declareFamilies = <Known>(
  registry: Registry,
  families: readonly Family<Known>[],
  known: () => Known | undefined,
): void => {
  for (const family of families) {
    new Gauge({
      name: family.name,
      help: family.help,
      labelNames: [...family.labels],
      registers: [registry],
      collect() {
        this.reset();
        const now = known();
        if (now === undefined) return;
        for (const [labels, value] of family.samples(now)) this.set({ ...labels }, value);
      },
    });
  }
};
