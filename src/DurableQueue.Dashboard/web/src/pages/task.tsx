import { useState } from 'preact/hooks';
import { api, may } from '../access';
import { useLive } from '../live';
import { address, go } from '../router';
import { duration } from '../time';
import type { Attempt, RelatedTask, TaskRow, TaskView } from '../types';
import { details, many, outcomeWord, standing, titleOf, words } from '../words';
import { actions, busy, start } from '../parts/actions';
import { Button, CopyButton, Elapsed, Menu, Page, Pending, Progress, Stale, StateBadge, Time } from '../parts/basics';
import { ContentBox } from '../parts/content';
import { openCreate } from '../parts/create';
import { Decide } from '../parts/decide';
import { EditDialog } from '../parts/edit';
import { Icon } from '../parts/icon';
import { LogView } from '../parts/log';
import { WhyLine } from '../parts/why';

export function commandOf(task: TaskView): string | undefined {
  const command = task.command;
  return command?.line ?? command?.args?.map(each => (/^[\w@%+=:,./-]+$/.test(each) ? each : `'${each.replaceAll("'", `'\\''`)}'`)).join(' ');
}

export function TaskPage({ id }: { id: number }) {
  const live = useLive<TaskView>(api(`tasks/${id}`));
  const [editing, setEditing] = useState(false);
  const [attempt, setAttempt] = useState<number>();
  const task = live.data;
  if (!task) {
    return <Page title={`Task ${id}`}><Pending live={live} /></Page>;
  }
  const command = commandOf(task);
  const title = task.label ?? command ?? task.type;
  const row = { ...task, command } as TaskRow;
  const primary = ['approve', 'reject', 'runNow', 'unstash', 'retry', 'cancel', 'stop', 'continue'].filter(name => task.actions.includes(name));
  const rest = [
    ...(task.actions.includes('retry') && task.dependencies.before.length > 0 ? ['retryTree'] : []),
    ...['stash', 'remove'].filter(name => task.actions.includes(name)),
  ];
  const settled = task.state !== 'queued' && task.state !== 'checkedOut';
  const tags: [string, preact.ComponentChildren][] = [
    ['Type', <span class="mono break">{task.type}</span>],
    ['Group', <a href={address('tasks', { q: `group=${task.group}` })}>{task.group}</a>],
    ...(task.label && command !== undefined ? [['Label', <span class="break">{task.label}</span>] as [string, preact.ComponentChildren]] : []),
    ['Priority', <span class="number">{task.priority}{task.urgent && ', next'}</span>],
    ['Attempt', <span class="number">{task.attempt} of {task.maxAttempts}</span>],
    ...(task.worker ? [['Worker', <span class="break">{task.worker}</span>] as [string, preact.ComponentChildren]] : []),
    ...(task.schedule ? [['Schedule', <span class="break">{task.schedule}</span>] as [string, preact.ComponentChildren]] : []),
    ...(task.timeoutMs ? [['Timeout', <span class="number">{duration(task.timeoutMs)} an attempt</span>] as [string, preact.ComponentChildren]] : []),
    ...(task.leaseMs ? [['Lease', <span class="number">{duration(task.leaseMs)}</span>] as [string, preact.ComponentChildren]] : []),
    ...(task.retry ? [['Retries', <span class="number">after {duration(task.retry.initialDelayMs)}, × {task.retry.factor}, at most {duration(task.retry.maxDelayMs)}</span>] as [string, preact.ComponentChildren]] : []),
    ...(task.dedupKey ? [['Dedup key', <span class="mono break">{task.dedupKey}</span>] as [string, preact.ComponentChildren]] : []),
    ...(task.estimate ? [['Estimate', <span class="number">{task.estimate.amount} {task.estimate.unit}</span>] as [string, preact.ComponentChildren]] : []),
  ];
  const metadata = Object.entries(task.metadata ?? {});

  return (
    <Page title={<span class="task-title"><span class="break">{title}</span><span class="number faint">{id}</span></span>}
      tools={
        <>
          {primary.map((name, index) => (
            <span key={name} data-retry-holder>
              <button type="button" data-retry={name === 'retry' ? true : undefined} disabled={busy.value.has(id)} onClick={() => start(name, row)}
                class={`button ${index === 0 && name !== 'cancel' && name !== 'reject' ? 'primary' : name === 'cancel' || name === 'reject' ? 'danger' : 'plain'}`}>
                <Icon name={actions[name]!.icon} />{actions[name]!.label}
              </button>
            </span>
          ))}
          {task.actions.includes('edit') && <Button icon="edit" onClick={() => setEditing(true)}>Edit</Button>}
          <Menu label="More" items={[
            ...rest.map(name => ({ name: actions[name]!.label, icon: actions[name]!.icon, danger: actions[name]!.danger, onPick: () => start(name, row, name === 'remove' ? () => go(address('tasks')) : undefined) })),
            ...(may('create') && task.payload?.kind !== 'hidden' ? [{ name: 'Create another like it', icon: 'copy', onPick: () => openCreate(task) }] : []),
            { name: 'Copy the link', icon: 'copy', onPick: () => void navigator.clipboard?.writeText(address(`tasks/${id}`)) },
            ...(command ? [{ name: 'Copy the command', icon: 'copy', onPick: () => void navigator.clipboard?.writeText(command) }] : []),
          ]} />
        </>
      }>
      <Stale error={live.error} />
      <section class="panel summary" aria-label="State">
        <div class="summary-line">
          <StateBadge task={task} />
          <Timeline task={task} />
        </div>
        {task.state === 'queued' && task.why && <WhyLine why={task.why} task={row} without={primary} />}
        <Progress task={task} />
        {task.state === 'checkedOut' && task.cancelRequested && <p class="why"><Icon name="stopping" />It was asked to stop, and ends as soon as its worker has.</p>}
        {task.state !== 'done' && (task.errorText ?? task.error) && <ErrorText text={(task.errorText ?? task.error)!} />}
        {task.requestedBy?.map(each => <p key={each.at + each.what} class="faint small-text break">{words(each.what)} by {each.by}, <Time at={each.at} />{details(each) && ` · ${details(each)}`}</p>)}
      </section>
      <div class="task-grid">
        <div class="stack">
          {task.log && may('viewLogs') && <LogView id={id} attempt={attempt} running={task.state === 'checkedOut'} />}
          {command !== undefined && (
            <section class="panel" aria-label="Command">
              <header class="panel-head"><h2>Command</h2><span class="push" /><CopyButton small text={command} label="Copy the command" /></header>
              <pre class="mono wrap command" tabIndex={0}>{command}</pre>
              {task.command?.directory && <p class="faint small-text">in <span class="mono break">{task.command.directory}</span></p>}
              {task.command?.environmentNames && task.command.environmentNames.length > 0 && <p class="faint small-text">with {many(task.command.environmentNames.length, 'environment variable')}: <span class="mono break">{task.command.environmentNames.join(', ')}</span></p>}
            </section>
          )}
          {task.payload && command === undefined && (
            <section class="panel" aria-label="Payload">
              <header class="panel-head"><h2>Payload</h2></header>
              <ContentBox content={task.payload} name="payload" download={may('viewPayloads') && task.payload.kind !== 'hidden' ? api(`tasks/${id}/payload`) : undefined} />
            </section>
          )}
          {task.result && (
            <section class="panel" aria-label="Result">
              <header class="panel-head"><h2>Result</h2></header>
              <ContentBox content={task.result} name="result" download={may('viewPayloads') && task.result.kind !== 'hidden' ? api(`tasks/${id}/result`) : undefined} />
            </section>
          )}
          <Attempts task={task} picked={attempt} onPick={task.log?.exists ? setAttempt : undefined} />
        </div>
        <div class="stack">
          <section class="panel" aria-label="Settings">
            <header class="panel-head"><h2>Settings</h2></header>
            <dl class="facts">{tags.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
          </section>
          {(task.dependencies.after.length > 0 || task.dependencies.before.length > 0) && (
            <section class="panel" aria-label="Dependencies">
              <header class="panel-head"><h2>Dependencies</h2><span class="push" /><a href={address(`tasks/${id}/graph`)}>Graph</a></header>
              <Related name="Waits for" tasks={task.dependencies.after} />
              <Related name="Is waited for by" tasks={task.dependencies.before} />
            </section>
          )}
          {task.approvals.length > 0 && (
            <section class="panel" aria-label="Approvals">
              <header class="panel-head"><h2>Approvals</h2></header>
              <ul class="plain-list rows">
                {task.approvals.map(each => (
                  <li key={each.id}>
                    <div class="row-line"><span class="strong break">{each.what}</span><span class={`state ${each.status === 'approved' ? 'good' : each.status === 'pending' ? 'held' : each.status === 'rejected' ? 'bad' : 'faint'}`}>
                      <Icon name={each.status === 'approved' ? 'done' : each.status === 'pending' ? 'approval' : 'cancelled'} />{each.status}</span></div>
                    <p class="faint small-text">{each.decidedAt ? <><span class="break">{each.decidedBy ?? 'nobody'}</span>, <Time at={each.decidedAt} /></> : <>asked <Time at={each.requestedAt} />{each.expiresAt && <>, expires <Time at={each.expiresAt} /></>}</>}
                      {each.note && <>: <span class="break">{each.note}</span></>}</p>
                    {each.status === 'pending' && each.inRun && each.arguments && <ContentBox content={each.arguments} name="arguments" />}
                    {each.status === 'pending' && each.inRun && each.mayDecide && <Decide request={each} small />}
                    {each.approvers && <p class="faint small-text">may be decided by {each.approvers.join(', ')}</p>}
                  </li>
                ))}
              </ul>
            </section>
          )}
          {task.route && (
            <section class="panel" aria-label="Route">
              <header class="panel-head"><h2>Route</h2></header>
              <p>Became <span class="mono">{task.route.type}</span>{task.route.isFallback && ', the fallback'}.</p>
              {task.route.reason && <p class="faint break">{task.route.reason}</p>}
            </section>
          )}
          {task.charges.length > 0 && (
            <section class="panel" aria-label="Charges">
              <header class="panel-head"><h2>Charges</h2></header>
              <table class="table small"><thead><tr><th>Key</th><th class="number">When</th><th class="number">Amount</th></tr></thead>
                <tbody>{task.charges.map(each => <tr key={each.key + each.at}><td class="break">{each.key}</td><td class="number"><Time at={each.at} /></td><td class="number">{each.amount} {each.unit}</td></tr>)}</tbody></table>
            </section>
          )}
          {metadata.length > 0 && (
            <section class="panel" aria-label="Metadata">
              <header class="panel-head"><h2>Metadata</h2></header>
              <dl class="facts">{metadata.map(([name, value]) => <div key={name}><dt class="break">{name}</dt><dd class="mono break">{value}</dd></div>)}</dl>
            </section>
          )}
        </div>
      </div>
      {editing && <EditDialog task={task} onClose={() => setEditing(false)} />}
      {settled ? null : <span class="hidden-text" aria-live="polite">{standing(task).word}</span>}
    </Page>
  );
}

/** From its creation to its end, with how long each part took. */
function Timeline({ task }: { task: TaskView }) {
  const started = task.startedAt && task.state !== 'queued';
  return (
    <ol class="timeline">
      <li><span>Created</span> <Time at={task.enqueuedAt} /></li>
      {started && <li><span>Started</span> <Time at={task.startedAt} /> <span class="faint">after <Elapsed from={task.enqueuedAt} to={task.startedAt} /></span></li>}
      {task.state === 'queued' && task.notBefore && <li><span>Not before</span> <Time at={task.notBefore} /></li>}
      {task.finishedAt ? <li><span>Ended</span> <Time at={task.finishedAt} />{started && <> <span class="faint">after <Elapsed from={task.startedAt} to={task.finishedAt} /></span></>}</li>
        : task.state === 'checkedOut' && <li><span>Running for</span> <Elapsed from={task.startedAt} /></li>}
    </ol>
  );
}

export function ErrorText({ text }: { text: string }) {
  const [all, setAll] = useState(false);
  const lines = text.split('\n');
  const long = lines.length > 6 || text.length > 800;
  return (
    <div class="error-box">
      <pre class="mono wrap" tabIndex={0}>{long && !all ? lines.slice(0, 6).join('\n').slice(0, 800) : text}</pre>
      <div class="error-tools">
        {long && <button type="button" class="text-button" onClick={() => setAll(!all)}>{all ? 'Less' : 'All of it'}</button>}
        <CopyButton small text={text} label="Copy the error" />
      </div>
    </div>
  );
}

function Attempts({ task, picked, onPick }: { task: TaskView; picked?: number; onPick?: (attempt: number | undefined) => void }) {
  const list: Attempt[] = [...task.attempts];
  if (task.state === 'checkedOut' && !list.some(each => each.number === task.attempt && !each.finishedAt)) {
    list.push({ number: task.attempt, startedAt: task.startedAt, worker: task.worker });
  } else if (task.state === 'done' && task.attempt > 0 && !list.some(each => each.number === task.attempt)) {
    list.push({ number: task.attempt, startedAt: task.startedAt, finishedAt: task.finishedAt, outcome: task.outcome, worker: task.worker });
  }
  const attempts = list.sort((a, b) => (b.startedAt ?? '').localeCompare(a.startedAt ?? ''));
  if (attempts.length === 0) {
    return null;
  }
  return (
    <section class="panel" aria-label="Attempts">
      <header class="panel-head"><h2>Attempts</h2><span class="faint number">{attempts.length}</span></header>
      <ol class="attempts">
        {attempts.map(each => {
          const good = each.outcome === 'succeeded';
          const runs = !each.finishedAt;
          return (
            <li key={`${each.number} ${each.startedAt}`} class={good ? 'good' : runs ? 'run' : 'bad'}>
              <div class="row-line">
                <span class={`state ${good ? 'good' : runs ? 'run' : 'bad'}`}><Icon name={good ? 'done' : runs ? 'running' : 'failed'} />Attempt {each.number}: {runs ? 'running' : outcomeWord(each.outcome) || 'failed'}</span>
                <span class="faint"><Time at={each.startedAt} />, <Elapsed from={each.startedAt} to={each.finishedAt} /></span>
                {onPick && <button type="button" class="text-button" aria-pressed={picked === each.number} onClick={() => onPick(picked === each.number ? undefined : each.number)}>{picked === each.number ? 'Latest log' : 'Its log'}</button>}
              </div>
              {each.worker && <p class="faint small-text break">{each.worker}</p>}
              {each.error && !(attempts.length === 1 && task.state === 'failed') && <ErrorText text={each.error} />}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function Related({ name, tasks }: { name: string; tasks: RelatedTask[] }) {
  return tasks.length === 0 ? null : (
    <>
      <h3>{name}</h3>
      <ul class="plain-list rows">
        {tasks.map(each => (
          <li key={each.id} class="row-line">
            <a class="clip" href={address(`tasks/${each.id}`)}><span class="number">{each.id}</span> {titleOf(each)}</a>
            {each.condition && each.condition !== 'succeeded' && <span class="faint">when it {each.condition === 'failed' ? 'failed' : 'finished'}</span>}
            {each.state ? <StateBadge task={{ state: each.state, outcome: each.outcome }} /> : <span class="faint">no longer stored</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

