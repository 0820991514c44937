import { runSingleAgent } from '@howdah/runtime/main';
import { agent } from './agent.ts';

await runSingleAgent(agent);
