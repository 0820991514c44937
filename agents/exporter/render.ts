import type { Family, Sample } from './model.ts';

/**
 * Samples in the text exposition format 0.0.4, grouped by family, ending with a line feed.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export const renderSamples = (samples: Iterable<Sample>): string => {
  const linesOf = new Map<string, string[]>();
  for (const sample of samples) {
    let lines = linesOf.get(sample.family.name);
    if (lines === undefined) {
      lines = [headOf(sample.family)];
      linesOf.set(sample.family.name, lines);
    }
    lines.push(lineOf(sample));
  }
  // One flat string per call: it is kept from one cycle to the next, and joined ropes would keep the parts.
  const text = [...linesOf.values()].flat().join('\n');
  return text === '' ? '' : `${text}\n`;
};

const headOf = ({ name, type, help }: Family): string =>
  `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}`;

const lineOf = ({ family, labels, value }: Sample): string => {
  const pairs = family.labels.map((name, index) => `${name}="${escapeLabel(labels[index] ?? '')}"`);
  return `${family.name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${valueText(value)}`;
};

/** JavaScript's `Infinity` is not the word of the format. */
const valueText = (value: number): string =>
  Math.abs(value) === Number.POSITIVE_INFINITY ? `${value < 0 ? '-' : '+'}Inf` : String(value);

const special = /[\\"\n]/;

const escapeLabel = (value: string): string =>
  special.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;
