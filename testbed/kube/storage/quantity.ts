const factors: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/**
 * Bytes of a Kubernetes quantity as sizes of volumes are written, e.g. `1Gi`, `500M`, `1.5G`.
 *
 * @returns undefined for what is none.
 */
export const bytesOf = (quantity: string): number | undefined => {
  const [, digits = '', suffix = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(quantity) ?? [];
  const factor = factors[suffix];
  return digits === '' || factor === undefined ? undefined : Math.ceil(Number(digits) * factor);
};
