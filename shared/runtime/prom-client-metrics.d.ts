/** prom-client's default metrics one by one; its types know only all of them at once. */
declare module 'prom-client/lib/metrics/*' {
  import type { Registry } from 'prom-client';

  const register: (registry: Registry) => void;
  export = register;
}
