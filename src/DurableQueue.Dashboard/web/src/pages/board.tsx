import { useMemo, useState } from 'preact/hooks';
import { api, may } from '../access';
import { parameters } from '../api';
import { useAttention, useHeld } from '../held';
import { useLive } from '../live';
import { address, go, here } from '../router';
import type { Counts, Overview, TaskRow } from '../types';
import { count, countNames, holdIcon, many, standing, titleOf } from '../words';
import { busy, fitting, start } from '../parts/actions';
import { Button, Elapsed, Empty, Menu, Page, Pending, Progress, Stale, Time } from '../parts/basics';
import { openCreate } from '../parts/create';
import { Icon } from '../parts/icon';
import { QueryBar } from '../parts/querybar';
import { WhyLine } from '../parts/why';
import { both, quote } from '../query';

interface Board {
  change: number;
  queued: TaskRow[];
  active: TaskRow[];
  done: TaskRow[];
  counts: Counts;
}

type Column = 'queued' | 'active' | 'done';
const columns: [Column, string][] = [['queued', 'Queued'], ['active', 'Active'], ['done', 'Done']];

export function BoardPage({ overview }: { overview?: Overview }) {
  const search = here.value.search;
  const q = search.get('q') ?? '';
  const group = search.get('group') ?? '';
  const type = search.get('type') ?? '';
  const live = useLive<Board>(api(`board${parameters({ q, group, type })}`), { keep: true });
  const [shown, setShown] = useState<Column>('queued');
  const groups = overview?.groups.map(each => each.name) ?? [];
  const types = useMemo(() => new Set<string>(), []);
  for (const column of [live.data?.queued, live.data?.active, live.data?.done]) {
    column?.forEach(task => types.add(task.type));
  }
  if (type) {
    types.add(type);
  }
  const known = { groups, types: [...types].sort() };
  const filter = (changes: Record<string, string | undefined>) => go(address('', { q, group, type, ...changes }), true);
  const filtered = Boolean(q || group || type);
  const counts = live.data?.counts;
  const total = (column: Column) => (!counts ? undefined
    : column === 'queued' ? counts.queued : column === 'active' ? counts.checkedOut : counts.done + counts.failed + counts.cancelled);
  const query = both(both(q, group && `group=${quote(group)}`), type && `type=${quote(type)}`);

  return (
    <Page title="Board" tools={may('create') && <Button kind="primary" icon="plus" onClick={() => openCreate()}>Create task</Button>}>
      <div class="filters">
        <QueryBar value={q} known={known} error={live.error} placeholder="Filter, such as label~report" onRun={next => filter({ q: next })} />
        <label class="pick"><span>Group</span>
          <select value={group} onChange={event => filter({ group: event.currentTarget.value })}>
            <option value="">All</option>
            {[...new Set([...groups, ...(group ? [group] : [])])].map(name => <option key={name}>{name}</option>)}
          </select>
        </label>
        <label class="pick"><span>Type</span>
          <select value={type} onChange={event => filter({ type: event.currentTarget.value })}>
            <option value="">All</option>
            {known.types.map(name => <option key={name}>{name}</option>)}
          </select>
        </label>
      </div>
      {live.data && live.error?.status !== 400 && <Stale error={live.error} />}
      {!live.data ? (live.error?.status === 400 ? null : <Pending live={live} />) : (
        <>
          <div class="tabs board-tabs" role="group" aria-label="Column">
            {columns.map(([column, name]) => (
              <button key={column} type="button" aria-pressed={shown === column} onClick={() => setShown(column)}>
                {name} <span class="number faint">{count(total(column) ?? 0)}</span>
              </button>
            ))}
          </div>
          <div class="board" data-shown={shown}>
            {columns.map(([column, name]) => (
              <BoardColumn key={`${column} ${query}`} column={column} name={name} tasks={live.data![column] ?? []} counts={counts!}
                total={filtered ? undefined : total(column)} query={query} overview={overview} filtered={filtered} />
            ))}
          </div>
        </>
      )}
    </Page>
  );
}

function BoardColumn({ column, name, tasks, counts, total, query, overview, filtered }: {
  column: Column; name: string; tasks: TaskRow[]; counts: Counts; total: number | undefined; query: string; overview?: Overview; filtered: boolean;
}) {
  const [held, attention] = useAttention();
  const { rows, waiting } = useHeld(tasks, held);
  const status = column === 'queued' ? 'status=queued' : column === 'active' ? 'status=running' : 'status=finished';
  const all = address('tasks', { q: `${both(query, status)}${column === 'done' ? ' order by ended desc' : ''}` });
  return (
    <section class={`column ${column}`} aria-label={name} data-column={column} {...attention}>
      <header class="column-head">
        <h2>{name}</h2>
        {total !== undefined && <span class="number total">{count(total)}</span>}
        {waiting > 0 && <span class="new">{count(waiting)} new</span>}
        {column === 'active' && overview && overview.workers.capacity > 0 && (
          <span class="number faint push" title="Places that are taken, of all places of the live workers">{count(overview.workers.running)} of {count(overview.workers.capacity)}</span>
        )}
        {!filtered && column === 'queued' && <ul class="chips">
          {countNames.filter(([key]) => (counts[key] ?? 0) > 0).map(([key, word, q]) => (
            <li key={key}><a class="chip" href={address('tasks', { q })}><span class="number">{count(counts[key] ?? 0)}</span> {word}</a></li>
          ))}
        </ul>}
        {!filtered && column === 'done' && <ul class="chips">
          <li><a class="chip good" href={address('tasks', { q: 'status=succeeded order by ended desc' })}><Icon name="done" /><span class="number">{count(counts.done)}</span> done</a></li>
          <li><a class="chip bad" href={address('tasks', { q: 'status=failed order by ended desc' })}><Icon name="failed" /><span class="number">{count(counts.failed)}</span> failed</a></li>
          <li><a class="chip" href={address('tasks', { q: 'status=cancelled order by ended desc' })}><Icon name="cancelled" /><span class="number">{count(counts.cancelled)}</span> cancelled</a></li>
        </ul>}
      </header>
      <div class="cards" tabIndex={-1}>
        {rows.map(({ row, gone }) => <Card key={row.id} task={row} gone={gone} />)}
        {rows.length === 0 && <ColumnEmpty column={column} filtered={filtered} overview={overview} />}
        {(tasks.length >= 50 || (total ?? 0) > tasks.length) && <a class="more-link" href={all}>All {total === undefined ? 'of them' : count(total)} in Tasks<Icon name="right" /></a>}
      </div>
    </section>
  );
}

function ColumnEmpty({ column, filtered, overview }: { column: Column; filtered: boolean; overview?: Overview }) {
  if (filtered) {
    return <Empty title={column === 'queued' ? 'No queued task matches' : column === 'active' ? 'No running task matches' : 'No finished task matches'} />;
  }
  return column === 'queued' ? <Empty title="Nothing waits" icon="queued">{may('create') && <Button icon="plus" onClick={() => openCreate()}>Create a task</Button>}</Empty>
    : column === 'active' ? (
      <Empty title="Nothing runs" icon="running">
        <p>{!overview ? '' : overview.workers.live === 0 ? 'No worker is running: start one, and it takes the next task.' : `${many(overview.workers.live, 'worker')} ${overview.workers.live === 1 ? 'waits' : 'wait'} for a task.`}</p>
      </Empty>
    ) : <Empty title="Nothing has finished yet" icon="done" />;
}

function Card({ task, gone }: { task: TaskRow; gone: boolean }) {
  const title = titleOf(task);
  const { tone, icon, word } = standing(task);
  const fits = fitting(task).filter(action => action.name !== 'remove');
  const shown = fits.filter(action => action.name === 'approve' || action.name === 'reject'
    || (action.name === 'runNow' && !task.urgent) || (action.name === 'retry' && task.state !== 'done') || (action.name === 'cancel' && task.state === 'checkedOut'));
  const rest = fits.filter(action => !shown.includes(action));
  const waits = busy.value.has(task.id);
  return (
    <article class={`card ${tone}${gone ? ' gone' : ''}`} data-task={task.id} data-row>
      <div class="card-head">
        <span class={`state ${tone}`} title={word}><Icon name={icon} label={word} /></span>
        <a class="card-title" href={address(`tasks/${task.id}`)} title={title}>{title}</a>
        <span class="number faint id">{task.id}</span>
        {!gone && <Menu small label={`More for task ${task.id}`} items={rest.map(action => ({ name: action.label, icon: action.icon, danger: action.danger, onPick: () => start(action.name, task) }))} />}
      </div>
      <p class="card-sub">
        {title !== task.type && <span class="clip">{task.type}</span>}
        {task.group !== 'default' && <span class="clip tag-text">{task.group}</span>}
        {task.priority !== 0 && <span class="number" title="Priority">P{task.priority}</span>}
        {task.urgent && <span class="strong">next</span>}
        {task.schedule && <span class="clip"><Icon name="schedules" />{task.schedule}</span>}
        <span class="push number">
          {gone ? word
            : task.state === 'queued' ? <Time at={task.enqueuedAt} />
            : task.state === 'checkedOut' ? <Elapsed from={task.startedAt} />
            : <Time at={task.finishedAt} />}
        </span>
      </p>
      {task.state === 'queued' && (task.why && task.why.code !== 'ready' ? <WhyLine why={task.why} task={task} small without={shown.map(action => action.name)} /> : <Holds task={task} />)}
      {task.state === 'checkedOut' && (
        <>
          <Progress task={task} />
          {(word !== 'Running' || task.attempt > 1) && <p class="card-note">
            {word !== 'Running' && <span class={`state ${tone}`}>{word}</span>}
            {task.attempt > 1 && <span>attempt {task.attempt} of {task.maxAttempts}</span>}
          </p>}
        </>
      )}
      {task.state !== 'queued' && task.state !== 'checkedOut' && tone !== 'good' && (
        <p class="card-note"><span class={`state ${tone}`}>{word}</span>{task.error && <span class="clip" title={task.error}>{task.error}</span>}</p>
      )}
      {shown.length > 0 && (
        <div class="card-actions">
          {shown.map(action => (
            <Button key={action.name} small kind={action.name === 'approve' ? 'primary' : 'plain'} icon={action.icon} disabled={waits || gone}
              title={`${action.label} task ${task.id}`} onClick={() => start(action.name, task)}>{action.label}</Button>
          ))}
        </div>
      )}
    </article>
  );
}

const holdTexts: Record<string, (task: TaskRow) => string> = {
  dependencies: task => (task.pendingDependencies ? `after ${many(task.pendingDependencies, 'task')}` : 'after other tasks'),
  stashed: () => 'stashed',
  approval: () => 'needs approval',
  budget: () => 'over budget',
};

function Holds({ task }: { task: TaskRow }) {
  return task.holds.length === 0 ? null : (
    <ul class="holds">
      {task.holds.map(hold => (
        <li key={hold} class="state held"><Icon name={holdIcon(hold)} />{hold === 'notBefore' ? <Time at={task.notBefore} /> : (holdTexts[hold]?.(task) ?? hold)}</li>
      ))}
    </ul>
  );
}

