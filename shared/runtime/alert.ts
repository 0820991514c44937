/** A number in an alert's expression that a cluster may want otherwise; its unit stands in its name. */
export interface AlertLimit {
  readonly fallback: number;
  /** What it bounds, for the reference and the charts. */
  readonly description: string;
}

/** How names and numbers of an expression are written: for all clusters, or to be filled in by a chart. */
export interface AlertScope<Limit extends string = string> {
  /** A selector, e.g. `howdah_backup_role{role="primary"}`. */
  series(name: string, ...matchers: readonly string[]): string;
  limit(name: Limit): string;
}

/** One alert of an agent, declared in its `alerts.ts`; rules, runbook and reference are made of it. */
export interface Alert<Limit extends string = string> {
  /** `Howdah<Agent><What>`, which is also the name of its runbook. */
  readonly name: string;
  /** `critical`: somebody is to get up. `warning`: somebody is to look today. */
  readonly severity: 'critical' | 'warning';
  /** PromQL; aggregated so that a cluster fires once, not each of its members. */
  readonly expr: (scope: AlertScope<Limit>) => string;
  /** How long the expression must hold, as Prometheus writes it: `15m`. */
  readonly for: string;
  /** One line, without values. */
  readonly summary: string;
  /** What is so, with labels and value as Prometheus fills them in. */
  readonly description: string;
  /** The first thing to do; the rest is in the runbook. */
  readonly todo: string;
}

/** As a rule stands in a file of Prometheus. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: Alert['severity'] };
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    readonly runbook_url: string;
  };
}

/** @param runbooks where the runbooks are, without a slash at its end */
export const ruleOf = <Limit extends string>(
  alert: Alert<Limit>,
  scope: AlertScope<Limit>,
  runbooks: string,
): AlertRule => ({
  alert: alert.name,
  expr: alert.expr(scope),
  for: alert.for,
  labels: { severity: alert.severity },
  annotations: {
    summary: alert.summary,
    description: `${alert.description} ${alert.todo}`,
    runbook_url: `${runbooks}/${alert.name}.md`,
  },
});

const selector = (name: string, matchers: readonly string[]): string =>
  matchers.length === 0 ? name : `${name}{${matchers.join(',')}}`;

/** For all clusters that a Prometheus sees, with the limits as they are unless said otherwise. */
export const everywhere = <Limit extends string>(
  limits: Readonly<Record<Limit, AlertLimit>>,
): AlertScope<Limit> => ({
  series: (name, ...matchers) => selector(name, matchers),
  limit: (name) => String(limits[name].fallback),
});

/** With `@name@` for each limit, and with more matchers on every selector: what a chart fills in. */
export const templated = (more: readonly string[]): AlertScope => ({
  series: (name, ...matchers) => selector(name, [...matchers, ...more]),
  limit: (name) => `@${name}@`,
});
