import type { BackupStatus, BackupType } from '@howdah/status/backup';
import { backupsNewestFirst, dueTimes } from '@howdah/status/backup-view';
import { useEffect, useRef, useState } from 'preact/hooks';
import { utcExact } from './format.ts';
import { lanesOf, type RangeId, type Scale, scaleOf, ticksOf } from './timeline-scale.ts';

const left = 44;
const right = 14;
const top = 26;
const laneHeight = 38;
const axisHeight = 30;
const minTickGap = 74;
const markSize = 7;

/** What was backed up, what is due: a lane for each type, the shape says the type too. */
export const BackupTimeline = ({
  detail,
  range,
  now,
}: {
  readonly detail: BackupStatus;
  readonly range: RangeId;
  readonly now: string;
}) => {
  const [box, width] = useWidth();
  const lanes = lanesOf(detail);
  const height = top + lanes.length * laneHeight + axisHeight;
  const plot = Math.max(120, width - left - right);
  const scale = scaleOf(range, now, left, plot);
  const bottom = top + lanes.length * laneHeight;
  const laneY = (type: BackupType) => top + (lanes.indexOf(type) + 0.5) * laneHeight;
  const inside = (instant: string) => {
    const ms = Date.parse(instant);
    return ms >= scale.fromMs && ms <= scale.toMs;
  };
  const backups = backupsNewestFirst(detail).filter(({ stoppedAt }) => inside(stoppedAt));
  const due = dueTimes(detail).filter(({ at }) => inside(at) && Date.parse(at) > scale.nowMs);
  const overdue = detail.schedules.flatMap(({ id, type, overdueSince }) =>
    overdueSince !== undefined && inside(overdueSince) ? [{ id, type, overdueSince }] : [],
  );
  const summary = `Timeline of backups: ${backups.length} in sight, ${due.length} due times to come, ${overdue.length} overdue. The table below says the same.`;
  return (
    <div class="timeline" ref={box}>
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={summary}>
        <rect
          class="future"
          x={scale.x(scale.nowMs)}
          y={top}
          width={left + plot - scale.x(scale.nowMs)}
          height={bottom - top}
        />
        <Axis scale={scale} plot={plot} bottom={bottom} />
        {lanes.map((type) => (
          <g key={type}>
            <line class="lane" x1={left} x2={left + plot} y1={laneY(type)} y2={laneY(type)} />
            <text class="lane-name" x={0} y={laneY(type) + 4}>
              {type}
            </text>
          </g>
        ))}
        <line class="now" x1={scale.x(scale.nowMs)} x2={scale.x(scale.nowMs)} y1={top - 6} y2={bottom} />
        <text class="now-name" x={scale.x(scale.nowMs)} y={top - 11}>
          now
        </text>
        {due.map(({ scheduleId, type, at }) => (
          <g key={`${scheduleId} ${at}`} class="mark due">
            <Shape type={type} x={scale.x(at)} y={laneY(type)} />
            <title>{`${type} “${scheduleId}” due ${utcExact(at)} UTC`}</title>
          </g>
        ))}
        {overdue.map(({ id, type, overdueSince }) => (
          <g key={`overdue ${id}`} class="mark overdue">
            <Shape type={type} x={scale.x(overdueSince)} y={laneY(type)} />
            <text x={scale.x(overdueSince)} y={laneY(type) - 11}>
              !
            </text>
            <title>{`${type} “${id}” overdue since ${utcExact(overdueSince)} UTC`}</title>
          </g>
        ))}
        {backups.map(({ label, type, repo, startedAt, stoppedAt, error }) => (
          <g key={`${repo} ${label}`} class={error ? 'mark done damaged' : 'mark done'}>
            <line
              class="span"
              x1={Math.max(left, scale.x(startedAt))}
              x2={scale.x(stoppedAt)}
              y1={laneY(type)}
              y2={laneY(type)}
            />
            <Shape type={type} x={scale.x(stoppedAt)} y={laneY(type)} />
            <title>{`${label}, repository ${repo}, done ${utcExact(stoppedAt)} UTC${error ? ', damaged pages' : ''}`}</title>
          </g>
        ))}
        <Running detail={detail} scale={scale} laneY={laneY} />
      </svg>
    </div>
  );
};

const Axis = ({
  scale,
  plot,
  bottom,
}: {
  readonly scale: Scale;
  readonly plot: number;
  readonly bottom: number;
}) => (
  <g class="axis">
    {ticksOf(scale, plot, minTickGap).map(({ atMs, label }) => (
      <g key={atMs}>
        <line x1={scale.x(atMs)} x2={scale.x(atMs)} y1={top} y2={bottom} />
        <text x={Math.min(scale.x(atMs), left + plot - 10)} y={bottom + 18}>
          {label}
        </text>
      </g>
    ))}
  </g>
);

const Running = ({
  detail: { running },
  scale,
  laneY,
}: {
  readonly detail: BackupStatus;
  readonly scale: Scale;
  readonly laneY: (type: BackupType) => number;
}) =>
  running === undefined ? null : (
    <g class="mark running">
      <line
        class="span"
        x1={Math.max(left, scale.x(running.startedAt))}
        x2={scale.x(scale.nowMs)}
        y1={laneY(running.type)}
        y2={laneY(running.type)}
      />
      <circle cx={scale.x(scale.nowMs)} cy={laneY(running.type)} r={markSize} />
      <title>{`${running.type} “${running.scheduleId}” runs since ${utcExact(running.startedAt)} UTC`}</title>
    </g>
  );

/** Full is a square, differential a diamond, incremental a disc. */
export const Shape = ({
  type,
  x,
  y,
}: {
  readonly type: BackupType;
  readonly x: number;
  readonly y: number;
}) => {
  if (type === 'full')
    return <rect x={x - markSize} y={y - markSize} width={2 * markSize} height={2 * markSize} rx={2} />;
  if (type === 'diff') {
    const reach = markSize + 1.5;
    return <path d={`M${x} ${y - reach}L${x + reach} ${y}L${x} ${y + reach}L${x - reach} ${y}Z`} />;
  }
  return <circle cx={x} cy={y} r={markSize - 0.5} />;
};

const useWidth = () => {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(640);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [box, width] as const;
};
