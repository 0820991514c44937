/** What Prometheus has, and what is to follow of it for one alert. */
export interface AlertCase {
  /** Series and their values, one each five minutes, in promtool's notation. */
  readonly series: Readonly<Record<string, string>>;
  readonly at: string;
}

export interface AlertCases {
  /** Fires exactly once, whatever the number of members. */
  readonly firing: AlertCase & {
    readonly labels: Readonly<Record<string, string>>;
    /** The alert's description as a person reads it. */
    readonly says: string;
  };
  /** It fires, with whatever words. */
  readonly alsoFiring?: Readonly<Record<string, AlertCase>>;
  readonly quiet: Readonly<Record<string, AlertCase>>;
  /** The alert's own series are not there: it says nothing, and `instead` does, where somebody has to know. */
  readonly absent: AlertCase & { readonly instead: string | undefined };
}

/** Nobody shows anything: that alone is said. */
export const agentGone = { series: {}, at: '2h', instead: 'HowdahBackupAbsent' } as const;
