/** What a repository's stanza is to this cluster, and what is to be done about it. */
export type StanzaJudgement =
  | { readonly kind: 'ours' }
  /** There is none yet. */
  | { readonly kind: 'create' }
  /** It is that of this cluster before its major upgrade. */
  | { readonly kind: 'upgrade' }
  /** There is none, and whether there should be cannot be said yet. */
  | { readonly kind: 'wait'; readonly because: string }
  /** Nothing is written there. */
  | { readonly kind: 'refused'; readonly because: string; readonly foreign: boolean };

/** Why nothing may be written to a repository; undefined where it may. */
export const refusalOf = (view: { readonly stanza?: StanzaJudgement } | undefined): string | undefined =>
  view?.stanza?.kind === 'refused' ? view.stanza.because : undefined;
