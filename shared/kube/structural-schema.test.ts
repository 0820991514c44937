import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { structural } from './structural-schema.ts';

const of = (schema: z.ZodType) => structural(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));

describe('a structural schema', () => {
  it('has bounds everywhere, also where zod has none', () => {
    expect(
      of(
        z.object({ name: z.string(), list: z.array(z.string().max(5)), map: z.record(z.string(), z.int()) }),
      ),
    ).toEqual({
      type: 'object',
      required: ['name', 'list', 'map'],
      properties: {
        name: { type: 'string', maxLength: 4096 },
        list: { type: 'array', maxItems: 256, items: { type: 'string', maxLength: 5 } },
        map: { type: 'object', maxProperties: 256, additionalProperties: { type: 'integer' } },
      },
    });
  });

  it('bounds the text that may stand for a number', () => {
    const either = z.union([z.int(), z.string()]);
    const extension = { 'x-kubernetes-int-or-string': true };
    expect(of(either.meta(extension))).toEqual({ ...extension, maxLength: 4096 });
    expect(of(either.meta({ ...extension, maxLength: 9 }))).toEqual({ ...extension, maxLength: 9 });
  });

  it('has exclusive bounds in the form of OpenAPI 3', () => {
    expect(of(z.number().positive())).toEqual({ type: 'number', minimum: 0, exclusiveMinimum: true });
  });

  it('leaves formats to the API server where it judges them, and choices of texts as texts', () => {
    expect(of(z.ipv4())).toEqual({ type: 'string', maxLength: 4096, format: 'ipv4' });
    expect(of(z.union([z.literal('local'), z.ipv4()]))).toEqual({ type: 'string', maxLength: 4096 });
  });

  it('has numbers to choose from as numbers', () => {
    expect(of(z.literal([15, 17]))).toEqual({ type: 'integer', enum: [15, 17] });
  });

  it.each([
    ['mixed types', z.union([z.string(), z.int()])],
    ['null', z.string().nullable()],
    ['look-around in a pattern', z.string().regex(/a(?=b)/)],
  ])('refuses %s with the place', (_what, schema) => {
    expect(() => of(z.object({ here: schema }))).toThrow(/^\.here/);
  });
});
