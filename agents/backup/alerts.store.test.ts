import { everywhere, ruleOf } from '@howdah/runtime/alert';
import { firingAlerts, testRules } from '@howdah/testing/promtool';
import { describe, expect, it } from 'vitest';
import { alerts, limits } from './alerts.ts';
import type { AlertCase, AlertCases } from './testing/alert-cases/model.ts';
import {
  alertCases,
  fillingFast,
  nothingAtAll,
  notLookedAt,
  silentBesideAnother,
} from './testing/alert-cases.ts';

const rules = alerts.map((alert) => ruleOf(alert, everywhere(limits), 'docs/runbooks'));
const file = JSON.stringify({ groups: [{ name: 'howdah-backup', rules }] });

type Expected = Pick<AlertCases['firing'], 'labels' | 'says'>;

const expectedOf = (name: string, { labels, says }: Expected) => {
  const alert = alerts.find((each) => each.name === name);
  const rule = rules.find((each) => each.alert === name);
  return {
    exp_labels: { ...labels, severity: alert?.severity ?? '' },
    exp_annotations: { ...rule?.annotations, description: `${says} ${alert?.todo}` },
  };
};

const under = (name: string, { series, at }: AlertCase) => ({
  ...{ name, at, interval: '5m' },
  input_series: Object.entries(series).map(([one, values]) => ({ series: one, values })),
});

/** The alert alone, under these circumstances; once, or not at all. */
const judge = (name: string, circumstances: AlertCase, expected?: Expected): Promise<void> => {
  const { at, ...test } = under(name, circumstances);
  const exp_alerts = expected === undefined ? [] : [expectedOf(name, expected)];
  return testRules(file, [{ ...test, alert_rule_test: [{ eval_time: at, alertname: name, exp_alerts }] }]);
};

/** Which of all alerts fire. */
const firing = (circumstances: AlertCase): Promise<readonly string[]> =>
  firingAlerts(
    file,
    alerts.map(({ name }) => name),
    under('all', circumstances),
  );

describe.each(alerts.map(({ name }) => name))('%s', (name) => {
  const cases = alertCases[name];
  if (cases === undefined)
    return it('has cases', () => expect.unreachable('testing/alert-cases.ts has none'));

  it('fires, once for the cluster, in words', () => judge(name, cases.firing, cases.firing));

  it.each(Object.entries(cases.alsoFiring ?? {}))('fires, too, when %s', async (_, circumstances) => {
    expect(await firing(circumstances)).toContain(name);
  });

  it.each(Object.entries(cases.quiet))('is quiet when %s', (_, circumstances) => judge(name, circumstances));

  it(`leaves the word to ${cases.absent.instead ?? 'nobody'} when its series are absent`, async () => {
    const fires = await firing(cases.absent);
    if (cases.absent.instead === undefined) expect(fires).not.toContain(name);
    else expect(fires).toContain(cases.absent.instead);
    if (cases.absent.instead !== name) expect(fires).not.toContain(name);
  });
});

it('a volume that fills fast is told of long before it is full', async () => {
  expect(await firing(fillingFast)).toEqual(['HowdahBackupAbsent', 'HowdahBackupRepositoryFilling']);
});

it('where no agent was ever heard of, only that is said', async () => {
  expect(await firing(nothingAtAll)).toEqual(['HowdahBackupAbsent']);
});

it('a cluster that falls silent is told of, whoever else is heard', () =>
  judge('HowdahBackupAbsent', silentBesideAnother, alertCases.HowdahBackupAbsent?.firing));

it('a repository that nobody looks at any more counts as unreachable', async () => {
  expect(await firing(notLookedAt)).toEqual(['HowdahBackupAbsent', 'HowdahBackupRepositoryUnreachable']);
});

it('there are cases for these alerts and no others', () => {
  expect(Object.keys(alertCases).toSorted()).toEqual(alerts.map(({ name }) => name).toSorted());
});
