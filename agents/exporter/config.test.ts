import { describe, expect, it } from 'vitest';
import { budgetSecondsOf, chosenCollectors, customBudgetSecondsOf, schema } from './config.ts';

const problems = (config: unknown): readonly string[] => {
  const result = schema.safeParse(config);
  return result.success ? [] : result.error.issues.map(({ path }) => path.join('.'));
};

describe('exporter.yaml', () => {
  it('may be empty', () => {
    const config = schema.parse({});
    expect(config.postgres).toMatchObject({ host: '/var/run/postgresql', user: 'howdah_monitor' });
    expect(budgetSecondsOf(config)).toBe(10);
    expect(customBudgetSecondsOf(config)).toBe(5);
    expect(chosenCollectors(config).length).toBeGreaterThan(15);
  });

  it('tells all its problems at once', () => {
    expect(
      problems({
        intervalSeconds: 5,
        budgetSeconds: 6,
        lockTimeoutSeconds: 9,
        collectors: { include: ['wal'], exclude: ['wal'] },
      }),
    ).toEqual(['budgetSeconds', 'lockTimeoutSeconds', 'collectors.exclude.0']);
  });

  it.each([
    [{ interval: 5 }, ''],
    [{ collectors: { include: ['nonsense'] } }, 'collectors.include.0'],
    [{ postgres: { passwordFile: 'relative' } }, 'postgres.passwordFile'],
    [{ patroni: { url: 'pg-0:8008' } }, 'patroni.url'],
    [{ intervalSeconds: 0 }, 'intervalSeconds'],
  ])('refuses %o', (config, path) => {
    expect(problems(config)).toEqual([path]);
  });

  it('fits its budget into a short interval', () => {
    expect(budgetSecondsOf(schema.parse({ intervalSeconds: 3 }))).toBe(2);
  });
});
