import { runAgents } from '@howdah/runtime/main';
import { agents } from './agents.ts';

await runAgents({ component: 'suite', defaultPort: 9187, sources: agents });
