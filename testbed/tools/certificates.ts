import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ourselves, runAs } from '@howdah/testing/run-as';

/** A certificate with its key, as paths of PEM files. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Subject {
  readonly name: string;
  /** Kubernetes reads it as a user's name. */
  readonly commonName: string;
  /** Kubernetes reads it as a user's group. */
  readonly organization?: string;
  /** e.g. `DNS:localhost`, `IP:127.0.0.1`. */
  readonly alternatives?: readonly string[];
  /** By default 30; a certificate of 0 days has ended when it is there. */
  readonly days?: number;
}

const defaultDays = 30;

/** A certificate authority whose files lie in one directory. */
export class Authority {
  readonly directory: string;
  readonly certificate: string;

  private constructor(directory: string) {
    this.directory = directory;
    this.certificate = join(directory, 'ca.crt');
  }

  static async create(directory: string): Promise<Authority> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const authority = new Authority(directory);
    await openssl([
      ...['req', '-x509', ...newKey(join(directory, 'ca.key')), '-out', authority.certificate],
      ...[
        '-days',
        String(defaultDays),
        '-subj',
        '/CN=Howdah test authority',
        '-addext',
        'basicConstraints=critical,CA:TRUE',
      ],
    ]);
    return authority;
  }

  /** Paths only, of what {@link issue} has made. */
  pair(name: string): KeyPair {
    const path = (ending: string) => join(this.directory, `${name}.${ending}`);
    return { certificate: path('crt'), key: path('key') };
  }

  async issue(subject: Subject): Promise<KeyPair> {
    const { name, commonName, organization, alternatives = [], days = defaultDays } = subject;
    const pair = this.pair(name);
    const path = (ending: string) => join(this.directory, `${name}.${ending}`);
    const subjectName = `${organization === undefined ? '' : `/O=${organization}`}/CN=${commonName}`;
    await openssl(['req', '-new', ...newKey(pair.key), '-out', path('csr'), '-subj', subjectName]);
    const extensions = [
      'basicConstraints=CA:FALSE',
      'extendedKeyUsage=serverAuth,clientAuth',
      ...(alternatives.length > 0 ? [`subjectAltName=${alternatives.join(',')}`] : []),
    ];
    await writeFile(path('ext'), `${extensions.join('\n')}\n`);
    await openssl([
      ...[
        'x509',
        '-req',
        '-in',
        path('csr'),
        '-CA',
        this.certificate,
        '-CAkey',
        join(this.directory, 'ca.key'),
      ],
      ...[
        '-set_serial',
        String(nextSerial()),
        '-days',
        String(days),
        '-extfile',
        path('ext'),
        '-out',
        pair.certificate,
      ],
    ]);
    return pair;
  }
}

let serial = Date.now();
const nextSerial = (): number => {
  serial += 1;
  return serial;
};

const newKey = (path: string): readonly string[] => [
  ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', path],
];

/** Runs openssl to its end. */
export const openssl = (args: readonly string[]) => runAs(ourselves(), 'openssl', args);
