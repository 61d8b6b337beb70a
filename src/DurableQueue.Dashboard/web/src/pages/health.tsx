import { useState } from 'preact/hooks';
import { api, may } from '../access';
import { messageOf, post } from '../api';
import { useLive } from '../live';
import { duration } from '../time';
import type { QueueRequest } from '../types';
import { bytes, count, details, many, words } from '../words';
import { Button, Empty, Page, Pending, Stale, Time } from '../parts/basics';
import { Icon } from '../parts/icon';
import { address } from '../router';

interface Health {
  status: string;
  troubles: string[];
  file?: string;
  fileBytes?: number;
  logBytes: number;
  writerWaitMs: number;
  ready: number;
  oldestReadyAgeMs?: number;
  liveWorkers: number;
  staleWorkers: number;
  inconsistencies: string[];
}

interface Verification {
  isSound: boolean;
  total: number;
  tasks: number;
  findings: string[];
}

export function HealthPage() {
  const live = useLive<Health>(api('health'));
  const [verifying, setVerifying] = useState(false);
  const [found, setFound] = useState<Verification>();
  const [error, setError] = useState<string>();
  const verify = async () => {
    setVerifying(true);
    setError(undefined);
    try {
      setFound(await post<Verification>(api('verify')));
    } catch (failure) {
      setError(messageOf(failure));
    }
    setVerifying(false);
  };
  const health = live.data;
  return (
    <Page title="Health" narrow tools={may('control') && <Button disabled={verifying} onClick={() => void verify()}>{verifying ? 'Verifying …' : 'Verify the queue'}</Button>}>
      <Stale error={health && live.error} />
      {!health ? <Pending live={live} /> : (
        <div class="stack">
          <section class="panel summary">
            <div class="summary-line">{health.status === 'healthy' ? <span class="state good"><Icon name="done" />Healthy</span> : <span class="state held"><Icon name="errors" />Needs attention</span>}</div>
            {health.troubles.map(text => <p key={text} class="why"><Icon name="errors" /><span class="why-text">{text}</span></p>)}
          </section>
          {(found || error) && (
            <section class="panel summary" role="status">
              {error ? <p class="field-error">{error}</p>
                : found!.isSound ? <p><span class="state good"><Icon name="done" />Sound</span>: {many(found!.tasks, 'task')} and all that is counted about them agree.</p>
                : <><p><span class="state bad"><Icon name="failed" />{many(found!.total, 'finding')}</span></p><ul class="plain-list">{found!.findings.map(text => <li key={text} class="break">{text}</li>)}</ul></>}
            </section>
          )}
          <section class="panel padded">
            <dl class="facts">
              {health.file && <div><dt>File</dt><dd class="mono break">{health.file}</dd></div>}
              {health.fileBytes !== undefined && <div><dt>Size</dt><dd class="number">{bytes(health.fileBytes)}</dd></div>}
              <div><dt>Write-ahead log</dt><dd class="number">{bytes(health.logBytes)}</dd></div>
              <div><dt>Wait for the writer</dt><dd class="number">{duration(health.writerWaitMs)}</dd></div>
              <div><dt>Ready tasks</dt><dd class="number">{count(health.ready)}{health.oldestReadyAgeMs !== undefined && <span class="faint">, the oldest for {duration(health.oldestReadyAgeMs)}</span>}</dd></div>
              <div><dt>Workers</dt><dd class="number">{many(health.liveWorkers, 'live one')}{health.staleWorkers > 0 && `, ${count(health.staleWorkers)} not seen any more`}</dd></div>
              {health.inconsistencies.map(text => <div key={text}><dt>Repaired</dt><dd class="break">{text}</dd></div>)}
            </dl>
          </section>
        </div>
      )}
    </Page>
  );
}

interface Actions {
  actions: (QueueRequest & { target: string; task?: number })[];
  next?: string;
}

export function ActionsPage() {
  const live = useLive<Actions>(api('actions'));
  return (
    <Page title="Actions" narrow>
      <Stale error={live.data && live.error} />
      {!live.data ? <Pending live={live} /> : (
        <>
          {live.data.actions.length === 0 ? <Empty title="Nobody has done anything here yet" icon="actions"><p>Who cancels, retries, approves or changes a task or a group is written down here, if they have a name.</p></Empty> : (
            <table class="table">
              <caption class="hidden-text">Actions</caption>
              <thead><tr><th class="number">When</th><th>Who</th><th>What</th><th class="grow">With what</th></tr></thead>
              <tbody>{live.data.actions.map((each, index) => (
                <tr key={`${each.at} ${index}`} data-row>
                  <td class="number"><Time at={each.at} /></td>
                  <td><span class="break">{each.by}</span></td>
                  <td>{words(each.what)}</td>
                  <td class="grow">{each.task !== undefined ? <a href={address(`tasks/${each.task}`)}>task {each.task}</a> : <span class="break">{each.target}</span>}{details(each) && <span class="faint break"> · {details(each)}</span>}</td>
                </tr>
              ))}</tbody>
            </table>
          )}
          <p class="faint foot">The latest requests of those with a name, from this dashboard, dq, agents and the application. What is added, schedules and budgets are in the log of the application.</p>
        </>
      )}
    </Page>
  );
}
