import { join } from 'node:path';
import { directoriesFrom } from '@howdah/runtime/directories';
import { listen } from '@howdah/runtime/http-server';
import { runProcess } from '@howdah/runtime/process';
import { shutDown } from '@howdah/runtime/shutdown';
import { readConfig } from './config.ts';
import { createConsole } from './console.ts';
import { addressFrom } from './environment.ts';

await runProcess('console', async (logger, signal) => {
  const address = addressFrom(process.env);
  const file = join(directoriesFrom(process.env).config, 'console.yaml');
  const config = await readConfig(file);
  const { server, run } = await createConsole(config);
  await listen(server, address);
  logger.info({ ...address, members: config.members.map(({ name }) => name), config: file }, 'listening');
  await run(signal);
  await shutDown([{ name: 'http server', deadlineMs: 2_000, run: () => server.close() }], logger);
  return 0;
});
