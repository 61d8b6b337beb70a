import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { api, may } from '../access';
import { ApiError, messageOf, post } from '../api';
import { change } from '../live';
import type { TaskRow, TaskView } from '../types';
import { stateWord, titleOf } from '../words';
import { Button, Check, Dialog, Input } from './basics';
import { complain, say } from './toasts';

type Target = Pick<TaskRow, 'id' | 'type' | 'label' | 'state' | 'outcome' | 'holds'> & { command?: unknown; waiting?: boolean; cancelRequested?: boolean };

interface Action {
  name: string;
  label: string;
  icon: string;
  done: string;
  permission: Parameters<typeof may>[0];
  /** Whether the state of a task allows it, as far as a row tells. */
  fits: (task: Target) => boolean;
  /** Asks for something first. */
  asks?: 'confirm' | 'reason' | 'note' | 'retry';
  danger?: boolean;
  /** What it sends, and where to, if that is not its name. */
  body?: Record<string, unknown>;
  path?: string;
}

const finished = (task: Target) => task.state === 'done' || task.state === 'failed' || task.state === 'cancelled';
const held = (task: Target, hold: string) => task.state === 'queued' && (task.holds as string[]).includes(hold);

export const actions: Record<string, Action> = {
  approve: { name: 'approve', label: 'Approve', icon: 'check', done: 'approved', permission: 'approve', fits: task => held(task, 'approval'), asks: 'note' },
  reject: { name: 'reject', label: 'Reject', icon: 'cross', done: 'rejected', permission: 'approve', fits: task => held(task, 'approval'), asks: 'reason', danger: true },
  runNow: {
    name: 'runNow', label: 'Run now', icon: 'play', done: 'runs next', permission: 'control',
    fits: task => task.state === 'queued' && !held(task, 'dependencies') && !held(task, 'approval') && !held(task, 'budget'),
  },
  runNowOverBudget: {
    name: 'runNowOverBudget', path: 'runNow', body: { overBudget: true }, label: 'Run over budget', icon: 'budget', done: 'runs next, over its budget', permission: 'budgets',
    fits: task => held(task, 'budget'),
  },
  unstash: { name: 'unstash', label: 'Unstash', icon: 'up', done: 'unstashed', permission: 'control', fits: task => held(task, 'stashed') },
  stash: { name: 'stash', label: 'Stash', icon: 'stashed', done: 'stashed', permission: 'control', fits: task => task.state === 'queued' && !held(task, 'stashed') },
  retry: { name: 'retry', label: 'Retry', icon: 'retry', done: 'queued again', permission: 'control', fits: finished },
  retryTree: { name: 'retryTree', path: 'retry', body: { withDependents: true }, label: 'Retry with its dependents', icon: 'retry', done: 'and its dependents are queued again', permission: 'control', fits: () => false },
  cancelTree: {
    name: 'cancelTree', path: 'cancel', body: { tree: true }, label: 'Cancel with its dependents', icon: 'cancelled', done: 'and all that waits for it are cancelled or asked to stop', permission: 'control', fits: () => false, danger: true,
  },
  stop: { name: 'stop', label: 'Pause the process', icon: 'pause', done: 'paused', permission: 'control', fits: () => false },
  continue: { name: 'continue', label: 'Continue the process', icon: 'play', done: 'continues', permission: 'control', fits: () => false },
  cancel: {
    name: 'cancel', label: 'Cancel', icon: 'cancelled', done: 'cancelled', permission: 'control', asks: 'confirm', danger: true,
    fits: task => task.state === 'queued' || (task.state === 'checkedOut' && !task.cancelRequested),
  },
  remove: { name: 'remove', label: 'Remove', icon: 'trash', done: 'removed', permission: 'remove', fits: finished, asks: 'confirm', danger: true },
};

/** The actions that a row's task seems to allow; the server decides. */
export function fitting(task: Target): Action[] {
  return Object.values(actions).filter(action => action.fits(task) && may(action.permission));
}

const asked = signal<{ action: Action; task: Target; settled?: () => void } | undefined>(undefined);
/** The tasks with an action on its way. */
export const busy = signal<ReadonlySet<number>>(new Set());

export function start(name: string, task: Target, settled?: () => void): void {
  const action = actions[name];
  if (!action) {
    return;
  }
  if (action.asks && !(action.asks === 'confirm' && action.name === 'cancel' && task.state === 'queued')) {
    asked.value = { action, task, settled };
  } else {
    void act(action, task, action.body ?? {}, settled);
  }
}

/** Sends the action; says what happened. Throws nothing. */
async function act(action: Action, task: Target, body: unknown, settled?: () => void): Promise<boolean> {
  busy.value = new Set([...busy.value, task.id]);
  try {
    const answer = await post<Partial<TaskView>>(api(`tasks/${task.id}/${action.path ?? action.name}`), body);
    const stopping = action.name === 'cancel' && answer.state === 'checkedOut';
    say(stopping ? `Task ${task.id} is asked to stop.` : `Task ${task.id} ${action.done}.`);
    settled?.();
    return true;
  } catch (error) {
    complain(conflict(task.id, error));
    return error instanceof ApiError && error.status === 409;
  } finally {
    const rest = new Set(busy.value);
    rest.delete(task.id);
    busy.value = rest;
    change.value++;
  }
}

/** A stale page acted on a task that is something else now: says what it is. */
export function conflict(id: number, error: unknown): string {
  if (error instanceof ApiError && error.status === 409 && error.problem.state) {
    return `Nothing was changed: task ${id} is ${stateWord(error.problem.state)} now. ${error.message}`;
  }
  return messageOf(error);
}

export function ActionDialog() {
  const open = asked.value;
  return open ? <ActionForm key={`${open.action.name} ${open.task.id}`} {...open} /> : null;
}

function ActionForm({ action, task, settled }: { action: Action; task: Target; settled?: () => void }) {
  const [text, setText] = useState('');
  const [error, setError] = useState<string>();
  const [sending, setSending] = useState(false);
  const [tree, setTree] = useState(false);
  const close = () => (asked.value = undefined);
  const needsReason = action.asks === 'reason';
  const submit = async (event: Event) => {
    event.preventDefault();
    if (needsReason && text.trim() === '') {
      setError('Say why: the reason is kept with the task.');
      return;
    }
    setSending(true);
    const body = action.asks === 'note' ? { note: text || undefined }
      : action.name === 'remove' ? {}
      : needsReason ? { reason: text }
      : { reason: text || undefined, ...(tree ? { tree: true } : {}) };
    if (await act(action, task, body, settled)) {
      close();
    } else {
      setSending(false);
    }
  };
  return (
    <Dialog title={`${action.label} task ${task.id}`} onClose={close}>
      <form onSubmit={submit} class="form">
        <p class="strong break">{titleOf(task)}</p>
        {action.name === 'cancel' && task.state === 'checkedOut' && <p>It is running. Its worker is told to stop; a command is ended.</p>}
        {action.name === 'remove' && <p>The task, its payload, result and attempts are deleted.</p>}
        {action.name !== 'remove' && (
          <Input label={needsReason ? 'Reason' : action.asks === 'note' ? 'Note (optional)' : 'Reason (optional)'} error={error} wide area data-first rows={2} maxLength={4096} value={text} onValue={setText} />
        )}
        {action.name === 'cancel' && <Check label="Also every unfinished task that waits for it" checked={tree} onChange={setTree} />}
        <footer class="dialog-foot">
          <Button onClick={close}>Keep as it is</Button>
          <Button type="submit" kind={action.danger ? 'danger' : 'primary'} icon={action.icon} disabled={sending}>{action.label}</Button>
        </footer>
      </form>
    </Dialog>
  );
}
