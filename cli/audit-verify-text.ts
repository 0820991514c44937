import type { ChainVerdict } from '@howdah/audit-upload/verify';
import type { AuditVerdict } from './audit-verify.ts';
import { count } from './count.ts';
import type { Style } from './style.ts';
import { wrap } from './wrap.ts';

const indent = '  ';

/** A sentence first; then each chain, how far it is proven, and everything missing or altered, in order. */
export const auditVerifyText = (verdict: AuditVerdict, style: Style): string =>
  `${[headline(verdict, style), ...verdict.chains.flatMap((chain) => chainLines(chain, style))].join('\n')}\n`;

export const auditVerifyJson = (verdict: AuditVerdict): string =>
  `${JSON.stringify({ version: 1, ...verdict }, undefined, 2)}\n`;

const headline = ({ whole, chains, store, prefix }: AuditVerdict, style: Style): string => {
  const segments = chains.reduce((sum, chain) => sum + chain.segments, 0);
  const records = chains.reduce((sum, chain) => sum + chain.records, 0);
  const broken = chains.filter((chain) => !chain.whole).length;
  const sentence = whole
    ? `Nothing is missing or altered: ${count(segments, 'segment')} with ${count(records, 'record')} in ${count(chains.length, 'chain')} of ${store}, ${prefix}.`
    : `${broken} of ${count(chains.length, 'chain')} in ${store}, ${prefix}, ${broken === 1 ? 'is' : 'are'} not whole.`;
  return wrap(sentence)
    .map(whole ? style.good : style.alarm)
    .join('\n');
};

const chainLines = (chain: ChainVerdict, style: Style): readonly string[] => {
  const [first, ...others] = chain.findings;
  const head =
    chain.head === undefined ? 'no manifest' : `head ${chain.head.sequence}, sealed ${chain.head.sealedAt}`;
  return [
    style.strong(chain.chain),
    `${indent}${count(chain.segments, 'segment')}, ${count(chain.records, 'record')} proven; ${head}`,
    ...(first === undefined
      ? []
      : wrap(`first: ${first.message}`, `${indent}${indent}`, indent).map(style.alarm)),
    ...others.flatMap(({ message }) => wrap(message, `${indent}${indent}`, indent).map(style.warning)),
    ...(chain.tail === 'anchored'
      ? []
      : wrap(
          'Its end is not anchored: no agent said how far it goes, so segments cut off at the end would not show.',
          indent,
          indent,
        ).map(style.faint)),
  ];
};
