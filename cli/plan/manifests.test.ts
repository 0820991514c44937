import { describe, expect, it } from 'vitest';
import { asStored, manifestsIn } from './manifests.ts';

const cluster = 'apiVersion: howdah.dev/v1alpha1\nkind: PostgresCluster\nmetadata: { name: orders }\n';
const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: s3 }\nstringData: { key: value }\n';

describe('the manifests of a plan', () => {
  it('are several documents, with the Secrets beside them', () => {
    const found = manifestsIn(`---\n${cluster}---\n# nothing\n---\n${secret}`);
    expect(found.clusters.map(({ metadata }) => metadata.name)).toEqual(['orders']);
    expect(found.others.map(({ kind }) => kind)).toEqual(['Secret']);
    expect(found.secrets.map((each) => asStored(each, 'shop'))).toMatchObject([
      { metadata: { namespace: 'shop' }, data: { key: Buffer.from('value').toString('base64') } },
    ]);
  });

  it.each([
    ['nothing', '', /nothing|no PostgresCluster/],
    ['no cluster', secret, /no PostgresCluster/],
    ['no YAML', `${cluster}---\n{`, /^document 2: /],
    [
      'an object without a name',
      'apiVersion: v1\nkind: PostgresCluster\nmetadata: {}',
      /^document 1: metadata.name/,
    ],
    ['a text', 'orders', /^document 1: /],
  ])('are refused where they are %s', (_what, text, expected) => {
    expect(() => manifestsIn(text)).toThrow(expected);
  });

  it.each([
    ['a quote that does not end', 'password: "hunter2', 'no YAML at line 9, column 1'],
    ['a blank too few', 'password: x\n hunter2: y', 'no YAML at line 9, column 1'],
    ['what YAML takes for two values', 'password: "x" hunter2', 'no YAML at line 8, column 17'],
    [
      'what YAML takes for an alias',
      'password: *hunter2',
      'an alias without its anchor, or too many aliases',
    ],
  ])('tell where a Secret is broken and nothing of what it holds: %s', (_what, line, expected) => {
    const broken = `${cluster}---\napiVersion: v1\nkind: Secret\nstringData:\n  ${line}\n`;
    const told = () => manifestsIn(broken);
    expect(told).toThrow(`document 2: ${expected}`);
    expect(told).not.toThrow(/hunter2/);
  });
});
