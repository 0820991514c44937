/** Set by `./dev soak`; tests that can run longer look at it. */
export const soakVariable = 'HOWDAH_SOAK_MINUTES';

/** How long a test that can be a soak is to go on: its usual length, or that of `./dev soak --minutes`. */
export const soakMinutes = (usual: number): number => {
  const asked = Number(process.env[soakVariable]);
  return Number.isFinite(asked) && asked > 0 ? asked : usual;
};
