import packageJson from './package.json' with { type: 'json' };

/** One number for images, charts and packages (SemVer). */
export const howdahVersion: string = packageJson.version;
