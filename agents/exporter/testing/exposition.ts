export interface ExposedFamily {
  readonly type: string;
  /** Label names, sorted and joined by commas, as in testdata/postgres_exporter-metrics.tsv. */
  readonly labels: string;
}

const sampleLine = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/s;
const numberIn = (text: string | undefined): number => Number(text?.replace(/Inf$/, 'Infinity'));
const labelPair = /([A-Za-z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y;

/** `a="1",b="2"` → the pairs; throws on anything else, because Prometheus would. */
const labelsOf = (text: string): readonly (readonly [string, string])[] => {
  const pairs: (readonly [string, string])[] = [];
  labelPair.lastIndex = 0;
  while (labelPair.lastIndex < text.length) {
    const match = labelPair.exec(text);
    if (match?.[1] === undefined || match[2] === undefined) throw new Error(`bad labels: {${text}}`);
    pairs.push([match[1], match[2]]);
  }
  return pairs;
};

export interface Exposition {
  readonly families: ReadonlyMap<string, ExposedFamily>;
  /** Series as it stands in the text, `name{labels}` → value. */
  readonly series: ReadonlyMap<string, number>;
}

/** Reads text exposition format 0.0.4 as strictly as Prometheus does: no series twice, types before samples. */
export const parseExposition = (text: string): Exposition => {
  const types = new Map<string, string>();
  const families = new Map<string, ExposedFamily>();
  const series = new Map<string, number>();
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line does not end');
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue;
    const [, typed, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (typed !== undefined && type !== undefined) {
      if (types.has(typed)) throw new Error(`family ${typed} twice`);
      types.set(typed, type);
      continue;
    }
    const [, name, labels = '', value] = sampleLine.exec(line) ?? [];
    if (name === undefined || Number.isNaN(numberIn(value))) throw new Error(`not a sample: ${line}`);
    const declared = types.get(name);
    if (declared === undefined) throw new Error(`sample before its type: ${line}`);
    const key = `${name}{${labels}}`;
    if (series.has(key)) throw new Error(`series twice: ${key}`);
    series.set(key, numberIn(value));
    const names = labelsOf(labels)
      .map(([label]) => label)
      .toSorted()
      .join(',');
    families.set(name, { type: declared, labels: names });
  }
  return { families, series };
};
