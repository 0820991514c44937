/** One row of the fault list. */
export interface Fault {
  readonly agent: string;
  /** e.g. `B05` */
  readonly id: string;
  readonly step: string;
  readonly fault: string;
  readonly expected: string;
}

/** The rows of testdata/faults.tsv; lines that begin with # are none. */
export const parseFaults = (tsv: string): readonly Fault[] =>
  tsv
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [agent = '', id = '', step = '', fault = '', expected = ''] = line.split('\t');
      return { agent, id, step, fault, expected };
    });

/** Whether a test's name says that it shows this row: names begin with the row's id, `S01: …`. */
export const showsFault = (testName: string, id: string): boolean =>
  new RegExp(`(^|\\s)${id}:`).test(testName);
