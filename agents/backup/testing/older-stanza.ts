import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

/**
 * Makes a stanza's file one of PostgreSQL 14, with a checksum as pgBackRest makes it, since a real pg_upgrade takes two
 * majors: the SHA-1 of the file as JSON.
 * Source: https://github.com/pgbackrest/pgbackrest/blob/main/src/info/info.c
 *
 * @param systemIdentifier of the cluster before the upgrade
 */
export const makeOlder = async (file: string, systemIdentifier: string): Promise<void> => {
  const [content = ''] = (await readFile(file, 'utf8')).split('\n[backrest]\nbackrest-checksum');
  const older = content
    .replaceAll('db-version="15"', 'db-version="14"')
    .replaceAll('"db-version":"15"', '"db-version":"14"')
    // https://github.com/pgbackrest/pgbackrest/blob/main/src/postgres/interface/version.vendor.h
    .replaceAll(/(db-catalog-version"?[=:])\d+/g, '$1202107181')
    .replaceAll(/(db-system-id"?[=:])\d+/g, `$1${systemIdentifier}`)
    .replaceAll(/("db-id":)\d{10,}/g, `$1${systemIdentifier}`);
  const checksum = createHash('sha1').update(asJson(older)).digest('hex');
  await writeFile(file, `${older}\n[backrest]\nbackrest-checksum="${checksum}"\n`);
};

const asJson = (text: string): string => {
  const sections = text
    .split(/^\[/m)
    .slice(1)
    .map((section) => {
      const [head = '', ...lines] = section.trim().split('\n');
      const entries = lines.map((line) => line.replace(/^([^=]+)=(.*)$/, '"$1":$2'));
      return `"${head.replace(']', '')}":{${entries.join(',')}}`;
    });
  return `{${sections.join(',')}}`;
};
