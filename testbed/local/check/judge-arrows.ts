import type { Arrow } from './arrow.ts';
import type { LayerRule } from './layer-rules.ts';

/** One sentence for each arrow that a rule forbids. */
export const forbiddenArrows = (arrows: readonly Arrow[], rules: readonly LayerRule[]): readonly string[] =>
  arrows.flatMap((arrow) =>
    rules
      .filter((rule) => rule.forbids(arrow))
      .map((rule) => `${arrow.from} → ${arrow.to}\n  ${rule.name}: ${rule.because}`),
  );

/**
 * Files that need each other, one sentence per ring. Arrows of types count: they make two files one thing
 * to understand, even if nothing goes round at run time.
 */
export const rings = (arrows: readonly Arrow[]): readonly string[] => {
  const next = new Map<string, string[]>();
  for (const { from, to } of arrows) {
    const targets = next.get(from);
    if (targets === undefined) next.set(from, [to]);
    else targets.push(to);
  }
  const finished = new Set<string>();
  const found: string[] = [];
  const walk = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start !== -1) found.push([...path.slice(start), file].join(' → '));
    if (start !== -1 || finished.has(file)) return;
    for (const target of next.get(file) ?? []) walk(target, [...path, file]);
    finished.add(file);
  };
  for (const file of next.keys()) walk(file, []);
  return found.map(
    (ring) => `${ring}\n  no-rings: dependencies point one way; move what both need into a module of its own`,
  );
};
