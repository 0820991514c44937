import { expect, test } from 'vitest';
import { namesShell } from './shell.ts';

test.each(['#!/bin/sh', '#!/usr/bin/env bash', '#!/bin/sh -eu'])('%s starts a shell', (line) => {
  expect(namesShell(line)).toBe(true);
});

test.each(['#!/usr/bin/env node', '#!/usr/bin/python3', 'sh', ''])('%s does not', (line) => {
  expect(namesShell(line)).toBe(false);
});
