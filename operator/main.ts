import { systemClock } from '@howdah/core/clock';
import { connectKube } from '@howdah/kube/connection';
import { createRegistry } from '@howdah/runtime/metrics';
import { exitAsked, runProcess } from '@howdah/runtime/process';
import { operatorEnvironment } from './environment.ts';
import { createHttp } from './http.ts';
import { createMetrics } from './metrics.ts';
import { Operator } from './operator.ts';

await runProcess('operator', async (logger, signal) => {
  const environment = operatorEnvironment(process.env);
  logger.level = environment.logLevel;
  const registry = createRegistry();
  const metrics = createMetrics(registry);
  const connection = connectKube();
  const operator = new Operator({ connection, environment, metrics, logger, clock: systemClock });
  const http = createHttp({
    registry,
    stuck: () => operator.stuck(),
    waitsFor: () => operator.waitsFor(),
  });
  await http.listen(environment.http);
  logger.info({ ...environment.http, namespace: environment.watchNamespace ?? 'all' }, 'listening');
  await operator.run(signal);
  await http.close();
  connection.close();
  return exitAsked;
});
