import { useEffect, useRef, useState } from 'preact/hooks';
import { api, may } from '../access';
import { parameters } from '../api';
import { useAttention, useHeld } from '../held';
import { useLive } from '../live';
import { ordered, orderOf } from '../query';
import { address, go, here } from '../router';
import { columns, views } from '../settings';
import type { Overview, TaskRow } from '../types';
import { count, many, titleOf } from '../words';
import { start as act, fitting } from '../parts/actions';
import { Button, Check, Dialog, Elapsed, Empty, Input, Menu, Page, Pending, Progress, Stale, StateBadge, Time } from '../parts/basics';
import { BulkBar } from '../parts/bulk';
import { openCreate } from '../parts/create';
import { Icon } from '../parts/icon';
import { QueryBar } from '../parts/querybar';

interface TaskPage {
  tasks: TaskRow[];
  next?: string;
  searched: { rows: number; complete: boolean };
}

interface Column {
  key: string;
  name: string;
  /** The field of the query language that sorts by it. */
  field?: string;
  number?: boolean;
  show: (task: TaskRow) => preact.ComponentChildren;
}

const all: Column[] = [
  { key: 'type', name: 'Type', field: 'type', show: task => <span class="clip" title={task.type}>{task.type}</span> },
  { key: 'group', name: 'Group', field: 'group', show: task => <span class="clip" title={task.group}>{task.group}</span> },
  { key: 'priority', name: 'Priority', field: 'priority', number: true, show: task => task.priority },
  { key: 'attempt', name: 'Attempt', field: 'attempt', number: true, show: task => <>{task.attempt}<span class="faint"> of {task.maxAttempts}</span></> },
  { key: 'enqueued', name: 'Created', field: 'enqueued', number: true, show: task => <Time at={task.enqueuedAt} /> },
  { key: 'started', name: 'Started', field: 'started', number: true, show: task => <Time at={task.startedAt} /> },
  { key: 'ended', name: 'Ended', field: 'ended', number: true, show: task => <Time at={task.finishedAt} /> },
  { key: 'duration', name: 'Duration', field: 'duration', number: true, show: task => (task.state === 'queued' ? <span class="faint">–</span> : <Elapsed from={task.startedAt} to={task.finishedAt} />) },
  { key: 'worker', name: 'Worker', show: task => <span class="clip" title={task.worker}>{task.worker ?? <span class="faint">–</span>}</span> },
];

const presets: [string, string][] = [
  ['All', ''],
  ['Queued', 'status=queued'],
  ['Running', 'status=running'],
  ['Failed', 'status=failed order by ended desc'],
  ['Finished today', 'ended=today order by ended desc'],
  ['Needs approval', 'status=approval'],
];

export function TasksPage({ overview }: { overview?: Overview }) {
  const search = here.value.search;
  const q = search.get('q') ?? '';
  const cursor = search.get('cursor') ?? '';
  const order = orderOf(q);
  const live = useLive<TaskPage>(api(`tasks${parameters({ q, cursor, limit: 50, order: order ? undefined : 'enqueuedDescending' })}`), { keep: true });
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const [everything, setEverything] = useState(false);
  const [attention, handlers] = useAttention();
  const [revision, setRevision] = useState(0);
  const back = useRef<string[]>([]);
  const held = attention || selected.size > 0 || (typeof scrollY === 'number' && scrollY > 80);
  const place = `${q}\n${cursor}\n${revision}`;
  const pageOf = useRef(place);
  const fresh = pageOf.current !== place;
  const { rows: shownRows, waiting } = useHeld(live.data?.tasks ?? [], held && !fresh);
  // Those that newer ones have pushed off this page are read by their ids.
  const pushed = shownRows.filter(each => each.gone).map(each => each.row.id);
  const others = useLive<TaskPage>(pushed.length > 0 ? api(`tasks${parameters({ q: `id in (${pushed.join(', ')})`, limit: 200 })}`) : null, { keep: true });
  const current = new Map(others.data?.tasks.map(task => [task.id, task]));
  const rows = shownRows.map(each => (each.gone && current.has(each.row.id) ? { row: current.get(each.row.id)!, gone: false } : each));
  useEffect(() => { pageOf.current = place; }, [live.data]);
  useEffect(() => { setSelected(new Set()); setEverything(false); back.current = []; }, [q]);

  const run = (query: string) => go(address('tasks', { q: query }));
  const types = [...new Set(rows.map(each => each.row.type))].sort();
  const known = { groups: overview?.groups.map(each => each.name) ?? [], types };
  const shown = all.filter(column => columns.value.includes(column.key));
  const selectable = may('bulk') && (may('control') || may('remove'));
  const toggle = (id: number, on: boolean) => {
    const next = new Set(selected);
    on ? next.add(id) : next.delete(id);
    setEverything(false);
    setSelected(next);
  };
  const chosen = rows.filter(each => selected.has(each.row.id)).map(each => each.row);
  const whole = rows.length > 0 && rows.every(each => selected.has(each.row.id));

  return (
    <Page title="Tasks" tools={may('create') && <Button kind="primary" icon="plus" onClick={() => openCreate()}>Create task</Button>}>
      <div class="filters">
        <QueryBar value={q} onRun={run} error={live.error} known={known} />
        <ViewMenu q={q} onRun={run} />
        <ColumnMenu />
      </div>
      <div class="chips presets">
        {presets.map(([name, query]) => <a key={name} class="chip" href={address('tasks', { q: query })} aria-current={query === q ? 'true' : undefined}>{name}</a>)}
      </div>
      {live.error?.status !== 400 && live.data && <Stale error={live.error} />}
      {chosen.length > 0 && (
        <BulkBar rows={chosen} q={q} everything={everything} onEverything={whole && live.data?.next ? setEverything : undefined} onDone={() => { setSelected(new Set()); setEverything(false); setRevision(revision + 1); }} />
      )}
      {!live.data ? (live.error?.status === 400 ? null : <Pending live={live} />) : rows.length === 0 ? (
        live.error?.status === 400 ? null : <Nothing q={q} page={live.data} cursor={cursor} />
      ) : (
        <div {...handlers}>
          <table class="table tasks">
            <caption class="hidden-text">Tasks{q && ` that match ${q}`}</caption>
            <thead>
              <tr>
                {selectable && <th class="box"><input type="checkbox" aria-label="Select all on this page" checked={whole}
                  onChange={event => { setEverything(false); setSelected(event.currentTarget.checked ? new Set(rows.map(each => each.row.id)) : new Set()); }} /></th>}
                <Heading name="Task" field="id" number order={order} q={q} />
                <th>State</th>
                <th class="grow">What</th>
                {shown.map(column => column.field
                  ? <Heading key={column.key} name={column.name} field={column.field} number={column.number} order={order} q={q} />
                  : <th key={column.key}>{column.name}</th>)}
                <th class="box"><span class="hidden-text">Actions</span></th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ row, gone }) => (
                <tr key={row.id} data-row data-task={row.id} class={`${selected.has(row.id) ? 'selected' : ''}${gone ? ' gone' : ''}`}>
                  {selectable && <td class="box"><input type="checkbox" aria-label={`Select task ${row.id}`} checked={selected.has(row.id)} onChange={event => toggle(row.id, event.currentTarget.checked)} /></td>}
                  <td class="number id"><a href={address(`tasks/${row.id}`)}>{row.id}</a></td>
                  <td class="nowrap"><StateBadge task={row} /></td>
                  <td class="grow what">
                    <a class="clip strong" href={address(`tasks/${row.id}`)} tabIndex={-1} title={titleOf(row)}>{titleOf(row)}</a>
                    <span class="second">
                      {row.label && <span class="faint">{row.type}</span>}
                      {row.group !== 'default' && <span class="faint">{row.group}</span>}
                      {row.state === 'checkedOut' ? <Progress task={row} />
                        : row.state === 'queued' ? row.why && row.why.code !== 'ready' && <span class="clip" title={row.why.text}>{row.why.text}</span>
                        : row.error && row.state !== 'done' && <span class={row.state === 'failed' ? 'clip error-text' : 'clip'} title={row.error}>{row.error}</span>}
                    </span>
                  </td>
                  {shown.map(column => <td key={column.key} class={column.number ? 'number' : ''} data-label={column.name}>{column.show(row)}</td>)}
                  <td class="box"><Menu small label={`Actions for task ${row.id}`}
                    items={fitting(row).map(action => ({ name: action.label, icon: action.icon, danger: action.danger, onPick: () => act(action.name, row) }))} /></td>
                </tr>
              ))}
            </tbody>
          </table>
          <nav class="pager" aria-label="Pages of the list">
            {waiting > 0 ? <Button small onClick={() => setRevision(revision + 1)}>Show {many(waiting, 'new task')}</Button>
              : <span class="faint">{many(rows.length, 'task')}{!live.data.searched.complete && `, of the first ${count(live.data.searched.rows)} searched`}</span>}
            <span class="push" />
            {cursor && <Button icon="left" onClick={() => (back.current.length > 0 ? history.back() : go(address('tasks', { q })))}>Newer page</Button>}
            {live.data.next && <Button onClick={() => { back.current.push(cursor); go(address('tasks', { q, cursor: live.data!.next })); }}>
              {live.data.searched.complete ? 'Next page' : 'Search on'}<Icon name="right" /></Button>}
          </nav>
        </div>
      )}
    </Page>
  );
}

function Nothing({ q, page, cursor }: { q: string; page: TaskPage; cursor: string }) {
  if (page.next) {
    return (
      <Empty title={`Nothing in the ${count(page.searched.rows)} tasks that were searched`} icon="search">
        <Button onClick={() => go(address('tasks', { q, cursor: page.next }))}>Search on</Button>
      </Empty>
    );
  }
  return cursor ? <Empty title="No more tasks" icon="tasks"><a href={address('tasks', { q })}>To the first page</a></Empty>
    : q ? <Empty title="No task matches" icon="search"><a href={address('tasks')}>Show all tasks</a></Empty>
    : <Empty title="The queue is empty" icon="tasks">{may('create') && <Button kind="primary" icon="plus" onClick={() => openCreate()}>Create a task</Button>}</Empty>;
}

function Heading({ name, field, number, order, q }: { name: string; field: string; number?: boolean; order: ReturnType<typeof orderOf>; q: string }) {
  const mine = order?.field === field;
  const descending = mine ? !order.descending : field === 'enqueued' || field === 'ended' || field === 'started' || field === 'id' || field === 'priority' || field === 'duration';
  return (
    <th class={number ? 'number' : ''} aria-sort={mine ? (order.descending ? 'descending' : 'ascending') : undefined}>
      <a class={mine ? `sort ${order.descending ? 'desc' : 'asc'}` : 'sort'} href={address('tasks', { q: ordered(q, field, descending) })}>{name}{mine && <Icon name="down" />}</a>
    </th>
  );
}

function ViewMenu({ q, onRun }: { q: string; onRun: (query: string) => void }) {
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState('');
  const known = views.value.find(view => view.q === q);
  return (
    <>
      <Menu text="Views" label="Saved views" items={[
        ...views.value.map(view => ({ name: view.name, icon: view.q === q ? 'check' : 'filter', onPick: () => onRun(view.q) })),
        ...(q && !known ? [{ name: 'Save this query …', icon: 'plus', onPick: () => { setName(''); setNaming(true); } }] : []),
        ...(known ? [{ name: `Forget “${known.name}”`, icon: 'trash', onPick: () => { views.value = views.value.filter(view => view !== known); } }] : []),
        ...(!q && views.value.length === 0 ? [{ name: 'Type a query, then save it here', icon: 'help', onPick: () => document.querySelector<HTMLElement>('[data-query]')?.focus() }] : []),
      ]} />
      {naming && (
        <Dialog title="Save this query" onClose={() => setNaming(false)}>
          <form class="form" onSubmit={event => {
            event.preventDefault();
            if (name.trim()) {
              views.value = [...views.value.filter(view => view.name !== name.trim()), { name: name.trim(), q }];
              setNaming(false);
            }
          }}>
            <p class="mono break">{q}</p>
            <Input label="Name" wide data-first required maxLength={60} value={name} onValue={setName} />
            <footer class="dialog-foot"><Button onClick={() => setNaming(false)}>Cancel</Button><Button type="submit" kind="primary">Save</Button></footer>
          </form>
        </Dialog>
      )}
    </>
  );
}

function ColumnMenu() {
  const [open, setOpen] = useState(false);
  return (
    <span class="wide-only">
      <Button onClick={() => setOpen(true)}>Columns</Button>
      {open && (
        <Dialog title="Columns" onClose={() => setOpen(false)}>
          <div class="form checks">
            {all.map(column => (
              <Check key={column.key} label={column.name} checked={columns.value.includes(column.key)}
                onChange={on => { columns.value = on ? [...columns.value, column.key] : columns.value.filter(key => key !== column.key); }} />
            ))}
          </div>
        </Dialog>
      )}
    </span>
  );
}

