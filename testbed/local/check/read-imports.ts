import { parseSync } from '@swc/core';

/** One import as it stands in a file. */
export interface Import {
  readonly specifier: string;
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean;
}

/**
 * Everything that `source` imports, by whichever form: import, re-export, `import()` of a value or of a
 * type. Only literal specifiers: a computed one is read from nowhere.
 *
 * swc's parser, because TypeScript 7 has no JavaScript API (docs/adr/0007).
 *
 * @throws what the parser says when `source` is not TypeScript
 */
export const importsIn = (path: string, source: string): readonly Import[] => {
  const found: Import[] = [];
  const add = (literal: unknown, typeOnly: boolean): void => {
    if (isNode(literal) && typeof literal.value === 'string')
      found.push({ specifier: literal.value, typeOnly });
  };
  visit(parseSync(source, { syntax: 'typescript', target: 'es2024', tsx: path.endsWith('x') }), (node) => {
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
        add(node.source, node.typeOnly === true || everySpecifierIsType(node.specifiers));
        break;
      case 'TsImportType':
        add(node.argument, true);
        break;
      case 'CallExpression':
        if (isNode(node.callee) && node.callee.type === 'Import' && Array.isArray(node.arguments)) {
          const first: unknown = node.arguments[0];
          add(isNode(first) ? first.expression : undefined, false);
        }
        break;
    }
  });
  return found;
};

/** `import { type A, type B } from …`; an import without names is for its effect. */
const everySpecifierIsType = (specifiers: unknown): boolean =>
  Array.isArray(specifiers) &&
  specifiers.length > 0 &&
  specifiers.every((specifier: unknown) => isNode(specifier) && specifier.isTypeOnly === true);

type SyntaxNode = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is SyntaxNode => typeof value === 'object' && value !== null;

const visit = (value: unknown, see: (node: SyntaxNode) => void): void => {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, see);
  } else if (isNode(value)) {
    see(value);
    for (const child of Object.values(value)) visit(child, see);
  }
};
