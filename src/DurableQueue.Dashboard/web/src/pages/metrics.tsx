import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../access';
import { loadDrawing } from '../drawing';
import type { drawChart, Line } from '../graph';
import { useLive } from '../live';
import { address, here } from '../router';
import { paused, zoneName } from '../settings';
import { duration, exact } from '../time';
import type { MetricsView } from '../types';
import { Empty, Page, Pending, Stale, Time } from '../parts/basics';

const ranges: [string, string][] = [['15m', '15 min'], ['1h', '1 h'], ['6h', '6 h'], ['24h', '24 h']];
const rate = (value: number) => `${value >= 100 ? Math.round(value).toLocaleString('en-US') : Number(value.toPrecision(2))}`;

const percentiles = (name: string): [string, string, string][] => [[`${name}P50`, 'median', ''], [`${name}P95`, '95 %', 'held'], [`${name}P99`, '99 %', 'faint']];
const charts: [title: string, unit: string, format: (value: number) => string, lines: [series: string, name: string, tone: string][]][] = [
  ['Finished', 'a second', rate, [['succeeded', 'done', 'good'], ['failed', 'failed', 'bad'], ['cancelled', 'cancelled', 'faint']]],
  ['Created', 'a second', rate, [['enqueued', 'created', '']]],
  ['Queued', 'tasks', rate, [['queued', 'queued', '']]],
  ['Running', 'tasks', rate, [['running', 'running', '']]],
  ['Wait before the run', '', duration, percentiles('wait')],
  ['Run', '', duration, percentiles('run')],
];

export function MetricsPage() {
  const range = here.value.search.get('range') ?? '15m';
  const live = useLive<MetricsView>(api(`metrics?range=${range}`), { keep: true });
  const { reload } = live;
  useEffect(() => {
    const timer = setInterval(() => document.hidden || paused.value || reload(), 5_000);
    return () => clearInterval(timer);
  }, [range]);
  return (
    <Page title="Metrics" tools={<nav class="tabs" aria-label="Range">{ranges.map(([key, name]) => <a key={key} href={address('metrics', { range: key })} aria-current={key === range ? 'page' : undefined}>{name}</a>)}</nav>}>
      <Stale error={live.data && live.error} />
      {!live.data ? <Pending live={live} /> : !live.data.since ? <Empty title="No data yet" icon="metrics"><p>The application keeps its figures in memory, from its start on. The first come in some seconds.</p></Empty> : (
        <>
          <div class="charts">{charts.map(([title, unit, format, lines]) => <Chart key={title} title={title} unit={unit} format={format} view={live.data!} lines={lines} />)}</div>
          <p class="faint foot">Kept in memory by this application since <Time at={live.data.since} />.</p>
        </>
      )}
    </Page>
  );
}

function Chart({ title, unit, format, view, lines }: { title: string; unit: string; format: (value: number) => string; view: MetricsView; lines: [string, string, string][] }) {
  const host = useRef<HTMLDivElement>(null);
  const [drawing, setDrawing] = useState<ReturnType<typeof drawChart>>();
  useEffect(() => {
    let made: ReturnType<typeof drawChart> | undefined;
    let gone = false;
    void loadDrawing().then(module => {
      if (!gone) {
        made = module.drawChart(host.current!, format, ms => exact(ms, zoneName.peek()).slice(11, 19));
        setDrawing(made);
      }
    });
    return () => { gone = true; made?.stop(); };
  }, []);
  useEffect(() => {
    drawing?.update(Date.parse(view.from ?? view.since!), view.stepMs, lines.map(([series, name, tone]): Line => ({ name, tone, values: view.series[series] ?? [] })));
  }, [drawing, view]);
  return <section class="panel" aria-label={title}><header class="panel-head"><h2>{title}</h2><span class="faint">{unit}</span></header><div class="chart" ref={host} /></section>;
}
