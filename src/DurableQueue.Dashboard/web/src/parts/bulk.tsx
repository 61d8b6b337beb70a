import { useEffect, useRef, useState } from 'preact/hooks';
import { api, may } from '../access';
import { messageOf, post } from '../api';
import { change } from '../live';
import { unordered } from '../query';
import type { BulkResult, State, TaskRow } from '../types';
import { count, many, stateWord } from '../words';
import { Button, Dialog, Input } from './basics';
import { say } from './toasts';

interface BulkAction {
  name: string;
  label: string;
  would: string;
  did: string;
  danger?: boolean;
  reason?: boolean;
  permission: Parameters<typeof may>[0];
}

export const retryAll: BulkAction = { name: 'retry', label: 'Retry', would: 'Would queue again', did: 'queued again', permission: 'control' };

const bulkActions: BulkAction[] = [
  retryAll,
  { name: 'runNow', label: 'Run now', would: 'Would run next', did: 'run next', permission: 'control' },
  { name: 'stash', label: 'Stash', would: 'Would stash', did: 'stashed', permission: 'control' },
  { name: 'unstash', label: 'Unstash', would: 'Would unstash', did: 'unstashed', permission: 'control' },
  { name: 'cancel', label: 'Cancel', would: 'Would cancel', did: 'cancelled or asked to stop', danger: true, reason: true, permission: 'control' },
  { name: 'remove', label: 'Remove', would: 'Would remove', did: 'removed', danger: true, permission: 'remove' },
];

/** The selection and what can be done with it; or with all tasks that match the query. */
export function BulkBar({ rows, q, everything, onEverything, onDone }: {
  rows: TaskRow[]; q: string; everything: boolean; onEverything?: (value: boolean) => void; onDone: () => void;
}) {
  const [action, setAction] = useState<BulkAction>();
  return (
    <div class="bulk" role="group" aria-label="Selection">
      <strong>{everything ? (q ? 'All that match the query' : 'All tasks') : `${count(rows.length)} selected`}</strong>
      {onEverything && may('bulk') && <Button small kind="quiet" onClick={() => onEverything(!everything)}>{everything ? `Only the ${count(rows.length)} selected` : 'Select all that match'}</Button>}
      <span class="bulk-actions">
        {bulkActions.filter(each => may(each.permission) && may('bulk')).map(each => (
          <Button key={each.name} small kind={each.danger ? 'danger' : 'plain'} onClick={() => setAction(each)}>{each.label}</Button>
        ))}
      </span>
      <Button small kind="quiet" icon="cross" label="Clear the selection" onClick={onDone} />
      {action && <BulkDialog key={action.name} action={action} rows={everything ? undefined : rows} q={q} onClose={() => setAction(undefined)} onDone={onDone} />}
    </div>
  );
}

/** First what it would do, then, after a yes, the same in chunks, which can be stopped between two of them. */
export function BulkDialog({ action, rows, q, onClose, onDone }: { action: BulkAction; rows?: TaskRow[]; q: string; onClose: () => void; onDone: () => void }) {
  const [plan, setPlan] = useState<BulkResult>();
  const [error, setError] = useState<string>();
  const [reason, setReason] = useState('');
  const [changed, setChanged] = useState<number>();
  const stopped = useRef(false);

  /** Calls for chunk after chunk, until all is done or somebody stops it. */
  const each = async (dryRun: boolean, seen: (result: BulkResult) => void) => {
    for (let cursor: string | undefined; !stopped.current;) {
      const result: BulkResult = await post(api('bulk'), {
        q: rows ? undefined : unordered(q), ids: rows?.map(row => row.id), action: action.name, arguments: reason && !dryRun ? { reason } : undefined, dryRun, cursor,
      });
      seen(result);
      if (result.complete || !result.cursor) {
        break;
      }
      cursor = result.cursor;
    }
  };
  useEffect(() => {
    let sum: BulkResult | undefined;
    each(true, next => setPlan((sum = sum ? add(sum, next) : next))).catch((failure: unknown) => setError(messageOf(failure)));
    return () => { stopped.current = true; };
  }, []);

  const run = async () => {
    setError(undefined);
    setChanged(0);
    stopped.current = false;
    let done = 0;
    try {
      await each(false, next => setChanged((done += next.changed)));
      say(`${many(done, 'task')} ${action.did}${stopped.current ? '; stopped there' : ''}.`);
      onClose();
      onDone();
    } catch (failure) {
      setError(`${messageOf(failure)} ${done > 0 ? `${many(done, 'task')} had been ${action.did} before.` : ''}`);
      setChanged(undefined);
    } finally {
      change.value++;
    }
  };
  const skipped = plan?.skipped.reduce((sum, each) => sum + each.count, 0) ?? 0;
  const will = plan ? Math.max(0, plan.matched - skipped) : 0;
  const states = plan ? (Object.entries(plan.byState) as [State, number][]).filter(([, value]) => value > 0) : [];
  return (
    <Dialog title={`${action.label} ${rows ? many(rows.length, 'task') : 'all that match'}`} onClose={onClose}>
      <div class="form">
        {!rows && <p class="mono break">{q || 'every task'}</p>}
        {!plan && !error && <p role="status">Looking what it would do …</p>}
        {plan && (
          <p class="bulk-plan" role="status">
            {will === 0 ? 'Nothing would change.' : <>{action.would} <strong class="number">{count(will)}</strong></>}
            {will > 0 && states.length > 0 && <>: {states.map(([state, value]) => `${count(value)} ${stateWord(state)}`).join(', ')}</>}
            {!plan.complete && ', and counting'}
          </p>
        )}
        {plan && skipped > 0 && (
          <ul class="plain-list">
            {plan.skipped.map(each => <li key={each.reason}><span class="number">{count(each.count)}</span> {each.count === 1 ? 'stays as it is' : 'stay as they are'}: {stateWord(each.reason.split(':')[0]!)}
              {each.sample.length > 0 && <span class="faint"> ({each.sample.slice(0, 3).join(', ')}{each.count > 3 && ' …'})</span>}</li>)}
          </ul>
        )}
        {action.reason && will > 0 && <Input label="Reason (optional)" wide maxLength={4096} value={reason} onValue={setReason} />}
        {changed !== undefined && plan && <div class="progress-row"><progress class="bar" max={Math.max(1, will)} value={changed} aria-label="Progress" /><span class="number">{count(changed)} of {count(will)}</span></div>}
        {error && <p class="field-error" role="alert">{error}</p>}
        <footer class="dialog-foot">
          {changed === undefined ? <Button onClick={onClose}>Keep as they are</Button> : <Button onClick={() => (stopped.current = true)}>Stop</Button>}
          <Button kind={action.danger ? 'danger' : 'primary'} disabled={!plan || will === 0 || changed !== undefined} onClick={() => void run()}>{action.label} {plan ? count(will) : ''}</Button>
        </footer>
      </div>
    </Dialog>
  );
}

function add(a: BulkResult, b: BulkResult): BulkResult {
  const byState = { ...a.byState };
  for (const [state, value] of Object.entries(b.byState) as [State, number][]) {
    byState[state] = (byState[state] ?? 0) + value;
  }
  const skipped = [...a.skipped];
  for (const each of b.skipped) {
    const index = skipped.findIndex(other => other.reason === each.reason);
    if (index < 0) {
      skipped.push(each);
    } else {
      skipped[index] = { ...skipped[index]!, count: skipped[index]!.count + each.count };
    }
  }
  return { matched: a.matched + b.matched, byState, changed: a.changed + b.changed, skipped, cursor: b.cursor, complete: b.complete };
}
