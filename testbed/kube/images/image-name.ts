/**
 * An image's name as the container runtime knows it: with registry and tag, as in the reference grammar of
 * docker's (https://github.com/distribution/reference).
 */
export const normalName = (name: string): string => {
  const [first = '', ...rest] = name.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = rest.length === 0 ? `library/${first}` : name;
  const full = hasRegistry ? name : `docker.io/${path}`;
  return /:[^/]*$/.test(full) ? full : `${full}:latest`;
};
