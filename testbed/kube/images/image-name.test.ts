import { expect, it } from 'vitest';
import { normalName } from './image-name.ts';

it.each([
  ['howdah/agent:dev', 'docker.io/howdah/agent:dev'],
  ['docker.io/howdah/agent:dev', 'docker.io/howdah/agent:dev'],
  ['localhost/howdah/agent', 'localhost/howdah/agent:latest'],
  ['registry.test:5000/agent', 'registry.test:5000/agent:latest'],
  ['debian:trixie-slim', 'docker.io/library/debian:trixie-slim'],
])('the image %s is what a pod finds as %s', (name, expected) => {
  expect(normalName(name)).toBe(expected);
});
