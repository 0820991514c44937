import type { Fleet } from '@howdah/status/fleet';
import { ago, coarse } from './format.ts';
import { Icon } from './parts.tsx';

const places = [
  ['members', 'Members'],
  ['backups', 'Backups'],
  ['logs', 'Log'],
  ['audit', 'Audit'],
  ['configuration', 'Configuration'],
] as const;

export const Header = ({
  fleet,
  ageSeconds,
  lost,
}: {
  readonly fleet: Fleet;
  readonly ageSeconds: number;
  readonly lost: boolean;
}) => (
  <header class="header">
    <p class="brand">
      <img src="/icon.svg" alt="" width="28" height="28" />
      <span>Howdah</span>
      {fleet.cluster.answer?.scope !== undefined && <span class="cluster">{fleet.cluster.answer.scope}</span>}
    </p>
    <nav aria-label="On this page">
      <ul>
        {places.map(([id, title]) => (
          <li key={id}>
            <a href={`#${id}`}>{title}</a>
          </li>
        ))}
      </ul>
    </nav>
    <p class={lost ? 'live lost' : 'live'}>
      <Icon name={lost ? 'warning' : 'well'} />
      <span>{lost ? `Stale: ${coarse(ageSeconds)} old` : `Live, ${ago(ageSeconds)}`}</span>
    </p>
  </header>
);
