import type { Patroni } from '../patroni/patroni.ts';

/**
 * Stops Patroni's process, or lets it go on: meanwhile nobody ends PostgreSQL when the pod is to end, as where a shutdown
 * takes longer than it may.
 */
export const signalPatroni = async (patroni: Patroni, pod: string, name: 'STOP' | 'CONT'): Promise<void> => {
  const script = `
    for process in /proc/[0-9]*; do
      case $(cat "$process/comm" 2>/dev/null) in
        patroni|python3) kill -s ${name} "\${process#/proc/}" && found=yes ;;
      esac
    done
    test "$found" = yes`;
  await patroni.exec(pod, 'postgres', ['sh', '-c', script]);
};
