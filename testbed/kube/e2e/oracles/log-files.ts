import type { Members } from '../patroni/members.ts';
import type { Pod } from '../patroni/pods.ts';

const directory = '/var/log/postgresql';

/** Bytes of each csvlog file on the pod's volume, by name. */
export const logFileSizes = async (
  patroni: Pick<Members, 'exec'>,
  pod: Pod,
): Promise<Readonly<Record<string, number>>> => {
  const script = `cd ${directory} && stat --format '%s %n' *.csv`;
  const lines = (await patroni.exec(pod.name, 'postgres', ['sh', '-c', script])).trimEnd().split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const [size = '', name = ''] = line.split(' ');
      return [name, Number(size)];
    }),
  );
};

/** The first `bytes` bytes of one of them. */
export const readLogFile = (
  patroni: Pick<Members, 'exec'>,
  pod: Pod,
  name: string,
  bytes: number,
): Promise<string> =>
  patroni.exec(pod.name, 'postgres', ['head', `--bytes=${bytes}`, `${directory}/${name}`]);
