import type { Counts, Hold, Outcome, QueueRequest, TaskRow } from './types';

const numbers = new Intl.NumberFormat('en-US');

export function count(value: number): string {
  return numbers.format(value);
}

/** "1 task", "1,200 tasks". */
export function many(value: number, one: string, several = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : several}`;
}

export function bytes(value: number): string {
  if (value < 1_000) {
    return many(value, 'byte');
  }
  for (const [unit, size] of [['kB', 1e3], ['MB', 1e6], ['GB', 1e9]] as const) {
    if (value < size * 1_000) {
      return `${(value / size).toFixed(value < size * 10 ? 1 : 0)} ${unit}`;
    }
  }
  return `${(value / 1e12).toFixed(1)} TB`;
}

/** How a task stands: what the picture, its colour and the word are. */
export interface Standing {
  word: string;
  icon: string;
  tone: 'plain' | 'held' | 'run' | 'good' | 'bad' | 'faint';
}

const outcomes: Partial<Record<Outcome, string>> = {
  succeeded: 'Done',
  failed: 'Failed',
  timedOut: 'Timed out',
  abandoned: 'Abandoned',
  dependencyFailed: 'Dependency failed',
  rejected: 'Rejected',
  cancelled: 'Cancelled',
  killed: 'Killed',
};

/** Without its holds a queued task is just that. */
export function standing(task: Pick<TaskRow, 'state' | 'outcome' | 'cancelRequested' | 'waiting' | 'why'> & { holds?: Hold[] }): Standing {
  switch (task.state) {
    case 'queued':
      return !task.holds ? { word: 'Queued', icon: 'queued', tone: 'plain' }
        : task.holds.length > 0 ? { word: holdWord(task.holds), icon: holdIcon(task.holds[0]!), tone: 'held' }
        : task.why && task.why.code !== 'ready' ? { word: whyWords[task.why.code] ?? 'Queued', icon: 'held', tone: 'held' }
        : { word: 'Ready', icon: 'queued', tone: 'plain' };
    case 'checkedOut':
      return task.cancelRequested ? { word: 'Stopping', icon: 'stopping', tone: 'held' }
        : task.waiting ? { word: 'Waiting', icon: 'waiting', tone: 'held' }
        : { word: 'Running', icon: 'running', tone: 'run' };
    case 'done':
      return { word: 'Done', icon: 'done', tone: 'good' };
    case 'failed':
      return { word: outcomes[task.outcome ?? 'failed'] ?? 'Failed', icon: 'failed', tone: 'bad' };
    case 'cancelled':
      return { word: outcomes[task.outcome ?? 'cancelled'] ?? 'Cancelled', icon: 'cancelled', tone: 'faint' };
    default:
      return { word: String(task.state), icon: 'queued', tone: 'plain' };
  }
}

const whyWords: Record<string, string> = {
  'group-paused': 'Group paused',
  'group-full': 'Group full',
  'no-worker': 'No worker',
  budget: 'Over budget',
  doomed: 'Doomed',
};

const holdWords: Record<Hold, string> = {
  dependencies: 'Blocked',
  notBefore: 'Delayed',
  stashed: 'Stashed',
  approval: 'Needs approval',
  budget: 'Over budget',
};

function holdWord(holds: Hold[]): string {
  const first = holds.includes('approval') ? 'approval' : holds[0]!;
  return holdWords[first] ?? first;
}

export function holdIcon(hold: string): string {
  return hold in holdWords ? hold : 'held';
}

export function outcomeWord(outcome: Outcome | undefined): string {
  return outcomes[outcome ?? 'none'] ?? '';
}

export function titleOf(task: { label?: string; type?: string; command?: unknown; id: number }): string {
  return task.label ?? (typeof task.command === 'string' ? task.command : undefined) ?? task.type ?? `Task ${task.id}`;
}

export const countNames: [keyof Counts, string, string][] = [
  ['ready', 'ready', 'status=ready'],
  ['delayed', 'delayed', 'status=not-before'],
  ['blocked', 'blocked', 'status=dependencies'],
  ['awaitingApproval', 'need approval', 'status=approval'],
  ['overBudget', 'over budget', 'status=budget'],
  ['stashed', 'stashed', 'status=stashed'],
];

/** What the server calls a state, as a sentence has it. */
export function stateWord(state: string): string {
  return ({ queued: 'queued', checkedOut: 'running', done: 'done', failed: 'failed', cancelled: 'cancelled' } as Record<string, string>)[state] ?? state;
}

/** A name of the API, such as cancelTree, in words. */
export function words(name: string): string {
  return name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
}

/** What was set by a request, and why. */
export function details(request: QueueRequest): string {
  return [request.change, request.reason].filter(Boolean).join(' · ');
}
