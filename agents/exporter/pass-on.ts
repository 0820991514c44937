import type { Sampled } from './sample.ts';

/** How Patroni’s own metrics are called among the collectors. */
export const patroniId = 'patroni';

/** Lines of one family, as they came. */
interface PassedFamily {
  /** Its HELP and TYPE lines, the first of each. */
  readonly head: Map<string, string>;
  /** By their labels. */
  readonly samples: Map<string, string>;
}

const headLine = /^# (HELP|TYPE) (patroni_[a-z0-9_]+) (.*)$/;
const types = /^(gauge|counter|untyped)$/;
const sampleLine =
  /^(patroni_[a-z0-9_]+)(\{(?:[A-Za-z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*\})? (-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|NaN|[+-]Inf)$/;

/**
 * Patroni's `GET /metrics` reduced to what may stand in our own: families named `patroni_*`, each line
 * checked by itself, no series twice, every family typed and in one piece. What is not, is left out: one
 * bad line in an exposition costs Prometheus all of it.
 */
export const passOn = (exposition: string, maxSeries: number): Sampled => {
  const families = new Map<string, PassedFamily>();
  const familyOf = (name: string): PassedFamily => {
    const family = families.get(name) ?? { head: new Map(), samples: new Map() };
    families.set(name, family);
    return family;
  };
  let series = 0;
  let dropped = 0;
  for (const line of exposition.split('\n')) {
    const [, kind = '', described, rest = ''] = headLine.exec(line) ?? [];
    if (described !== undefined) {
      const { head } = familyOf(described);
      if (!head.has(kind) && (kind === 'HELP' || types.test(rest))) head.set(kind, line);
      continue;
    }
    const [, name, labels = ''] = sampleLine.exec(line) ?? [];
    if (name === undefined) continue;
    const { samples } = familyOf(name);
    if (samples.has(labels)) continue;
    if (series >= maxSeries) {
      dropped += 1;
      continue;
    }
    samples.set(labels, line);
    series += 1;
  }
  const lines = [...families.values()]
    .filter(({ samples }) => samples.size > 0)
    .flatMap(({ head, samples }) => [...head.values(), ...samples.values()]);
  return { text: lines.length === 0 ? '' : `${lines.join('\n')}\n`, series, dropped };
};
