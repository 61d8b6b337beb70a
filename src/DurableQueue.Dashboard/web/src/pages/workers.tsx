import { api } from '../access';
import { useLive } from '../live';
import { quote } from '../query';
import { address } from '../router';
import type { WorkerType, WorkerView } from '../types';
import { count } from '../words';
import { Empty, Page, Pending, Stale, Time } from '../parts/basics';
import { Icon } from '../parts/icon';

export function WorkersPage() {
  const live = useLive<{ workers: WorkerView[]; types: WorkerType[] }>(api('workers'));
  const workers = live.data?.workers ?? [];
  const types = live.data?.types ?? [];
  const lost = types.filter(each => each.liveWorkers === 0 && (each.queued ?? 0) > 0);
  return (
    <Page title="Workers">
      <Stale error={live.data && live.error} />
      {!live.data ? <Pending live={live} /> : (
        <>
          {lost.map(each => (
            <p key={each.name} class="notice held"><Icon name="worker" /><span>No live worker takes <strong class="mono">{each.name}</strong>, and <a href={address('tasks', { q: `status=queued and type=${quote(each.name)}` })}>{count(each.queued ?? 0)} {each.queued === 1 ? 'waits' : 'wait'}</a>. Start a worker that has a handler for it.</span></p>
          ))}
          {workers.length === 0 ? (
            <Empty title="No worker is running" icon="workers"><p>A worker is part of an application that calls <span class="mono">AddWorker</span>, or <span class="mono">dq work</span>. It appears here when it starts.</p></Empty>
          ) : (
            <table class="table cards-on-phone">
              <caption class="hidden-text">Workers</caption>
              <thead><tr><th class="grow">Worker</th><th>State</th><th class="number">Running</th><th>Tasks</th><th>Takes</th><th class="number">Started</th><th class="number">Seen</th></tr></thead>
              <tbody>
                {workers.map(worker => (
                  <tr key={worker.name} data-row>
                    <td class="grow"><span class="strong break">{worker.name}</span><span class="faint small-text block break">{worker.host}, process {worker.processId}</span></td>
                    <td class="nowrap" data-label="State">{worker.live ? <span class="state good"><Icon name="done" />Live</span> : <span class="state faint"><Icon name="cancelled" />Not seen</span>}</td>
                    <td class="number" data-label="Running">{count(worker.running.length)}{worker.capacity !== undefined && <span class="faint"> of {count(worker.capacity)}</span>}</td>
                    <td data-label="Tasks">{worker.running.length === 0 ? <span class="faint">–</span> : <span class="id-list">{worker.running.slice(0, 12).map(id => <a key={id} class="number" href={address(`tasks/${id}`)}>{id}</a>)}{worker.running.length > 12 && <span class="faint">and {count(worker.running.length - 12)} more</span>}</span>}</td>
                    <td data-label="Takes"><span class="break">{worker.types?.join(', ') ?? <span class="faint">any type</span>}</span>{worker.groups && <span class="faint small-text block break">in {worker.groups.join(', ')}</span>}</td>
                    <td class="number" data-label="Started"><Time at={worker.startedAt} /></td>
                    <td class="number" data-label="Seen"><Time at={worker.lastSeenAt} /></td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          {types.length > 0 && (
            <>
              <h2 class="section">Types</h2>
              <table class="table cards-on-phone">
                <caption class="hidden-text">Types of tasks</caption>
                <thead><tr><th>Type</th><th class="grow">What it does</th><th class="number">Live workers</th><th class="number">Queued</th></tr></thead>
                <tbody>
                  {types.map(type => (
                    <tr key={type.name}>
                      <td><span class="mono break">{type.name}</span></td>
                      <td class="grow" data-label="What it does">{type.description ?? <span class="faint">–</span>}</td>
                      <td class="number" data-label="Live workers">{type.liveWorkers === 0 ? <span class="state held"><Icon name="worker" />none</span> : count(type.liveWorkers)}</td>
                      <td class="number" data-label="Queued">{type.queued === undefined ? <span class="faint">–</span> : type.queued === 0 ? <span class="faint">0</span> : <a href={address('tasks', { q: `status=queued and type=${quote(type.name)}` })}>{count(type.queued)}</a>}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </>
          )}
        </>
      )}
    </Page>
  );
}
