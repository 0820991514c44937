import { HowdahError } from '@howdah/core/errors';
import { directoriesFrom } from '@howdah/runtime/directories';
import type { Command } from 'commander';
import { type AskOptions, askAs, asking } from './asking.ts';
import type { Anchors } from './audit-verify.ts';
import { cliErrors } from './errors.ts';
import { exitConfiguration, exitOther, type Surroundings } from './surroundings.ts';

interface AuditOptions extends AskOptions {
  readonly config?: string;
}

/** `howdah audit verify`; the store's modules are loaded when it is called, and not before. */
export const addAudit = (program: Command, surroundings: Surroundings): void => {
  const audit = program.command('audit').description('the audit trail in its store');
  asking(
    audit.command('verify'),
    're-walks each chain in the store; names the first missing or altered record',
  )
    .argument('[chains...]', 'default: all that the store holds or agents know')
    .option(
      '-c, --config <path>',
      'audit-upload.yaml, which names store and prefix, or its directory (default: HOWDAH_CONFIG_DIR)',
    )
    .action(async (chains: readonly string[], options: AuditOptions) => {
      const { loadAuditConfig, openAuditStore } = await import('./audit-source.ts');
      const directory = options.config ?? directoriesFrom(surroundings.env).config;
      const loaded = await loadAuditConfig(directory);
      if (loaded.state === 'absent')
        throw new HowdahError(cliErrors.auditNotConfigured, `no audit-upload.yaml in ${directory}`);
      if (loaded.state === 'invalid') {
        const { configCheckText } = await import('./config-check.ts');
        const check = { directory, files: [], problems: loaded.problems };
        surroundings.write(configCheckText(check, surroundings.style));
        surroundings.exitWith(exitConfiguration);
        return;
      }
      const { verifyAudit } = await import('./audit-verify.ts');
      const { auditVerifyJson, auditVerifyText } = await import('./audit-verify-text.ts');
      const store = await openAuditStore(loaded.config);
      try {
        const { prefix } = loaded.config;
        const anchors = await anchorsFrom(options, prefix, surroundings);
        const question = { store, prefix, chains, anchors };
        const verdict = await verifyAudit(question, surroundings.signal, surroundings.progress);
        surroundings.progress('');
        surroundings.write(
          options.json === true ? auditVerifyJson(verdict) : auditVerifyText(verdict, surroundings.style),
        );
        if (!verdict.whole) surroundings.exitWith(exitOther);
      } finally {
        store.close();
      }
    });
};

/** Asked before the walk, so that the chain may only have grown since; silence costs only the anchor. */
const anchorsFrom = async (
  options: AskOptions,
  prefix: string,
  surroundings: Surroundings,
): Promise<Anchors> => {
  const { anchorsOf } = await import('./audit-source.ts');
  try {
    return anchorsOf(await askAs(options, surroundings), prefix);
  } catch (error) {
    if (error instanceof HowdahError && error.code === cliErrors.nobodyAnswers.code) return new Map();
    throw error;
  }
};
