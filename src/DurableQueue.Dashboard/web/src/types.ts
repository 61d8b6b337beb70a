// The answers of the server. Times are ISO 8601 in UTC, durations whole milliseconds; members without a value are left out.

export type State = 'queued' | 'checkedOut' | 'done' | 'failed' | 'cancelled';
export type Hold = 'dependencies' | 'notBefore' | 'stashed' | 'approval' | 'budget';
export type Outcome =
  | 'none' | 'succeeded' | 'failed' | 'timedOut' | 'abandoned' | 'dependencyFailed' | 'rejected' | 'cancelled' | 'killed';
export type Permission =
  | 'view' | 'viewPayloads' | 'viewLogs' | 'create' | 'control' | 'edit' | 'remove' | 'groups' | 'schedules' | 'approve'
  | 'budgets' | 'bulk';

export interface Problem {
  title?: string;
  status?: number;
  detail?: string;
  column?: number;
  field?: string;
  state?: string;
}

export interface Meta {
  version: string;
  queues: { name: string; readOnly: boolean }[];
  viewer: { name?: string; permissions: Record<string, Permission[]> };
  statePollMs: number;
  timeZone: string;
}

/** The parts of the queued ones are missing where the store does not count them. */
export interface Counts {
  queued: number;
  ready?: number;
  delayed?: number;
  blocked?: number;
  stashed?: number;
  awaitingApproval?: number;
  overBudget?: number;
  checkedOut: number;
  done: number;
  failed: number;
  cancelled: number;
}

export interface GroupView {
  name: string;
  parallelism?: number;
  paused: boolean;
  overBudget: boolean;
  pauseOnFailure: boolean;
  configured: boolean;
  running: number;
  waiting: number;
  ready?: number;
  delayed?: number;
  blocked?: number;
  stashed?: number;
  awaitingApproval?: number;
  heldByBudget?: number;
  oldestReadyAt?: string;
  counts: Partial<Counts>;
}

export interface Overview {
  change: number;
  counts: Counts;
  groups: GroupView[];
  workers: { live: number; capacity: number; running: number };
  approvals: { pending: number };
  health?: { status: string; text: string };
}

export interface Why {
  code: string;
  text: string;
  group?: string;
  until?: string;
  tasks?: number[];
  remedy?: { action: string; label: string };
}

export interface TaskRow {
  id: number;
  type: string;
  group: string;
  label?: string;
  state: State;
  outcome?: Outcome;
  priority: number;
  attempt: number;
  maxAttempts: number;
  enqueuedAt: string;
  startedAt?: string;
  finishedAt?: string;
  notBefore?: string;
  worker?: string;
  progress?: number;
  progressMessage?: string;
  holds: Hold[];
  pendingDependencies?: number;
  urgent?: boolean;
  waiting?: boolean;
  cancelRequested?: boolean;
  /** Whether its group is paused. */
  paused?: boolean;
  error?: string;
  command?: string;
  schedule?: string;
  why?: Why;
}

export interface Content {
  kind: 'json' | 'text' | 'binary' | 'hidden';
  text?: string;
  size: number;
  truncated: boolean;
}

export interface Attempt {
  number: number;
  startedAt?: string;
  finishedAt?: string;
  outcome?: Outcome;
  error?: string;
  worker?: string;
}

export interface RelatedTask {
  id: number;
  type?: string;
  label?: string;
  state?: State;
  outcome?: Outcome;
  condition?: string;
  /** "waiting", "satisfied" or "broken". */
  edge?: string;
}

export interface ApprovalView {
  id: number;
  taskId: number;
  taskType: string;
  group: string;
  label?: string;
  what: string;
  arguments?: Content;
  status: string;
  requestedAt: string;
  expiresAt?: string;
  decidedAt?: string;
  decidedBy?: string;
  note?: string;
  /** Missing if everybody may decide. */
  approvers?: string[];
  gates: string[];
  inRun: boolean;
  outdated?: boolean;
  mayDecide?: boolean;
}

export interface Charge {
  amount: number;
  unit: string;
  at: string;
  key: string;
}

export interface CommandView {
  line?: string;
  args?: string[];
  directory?: string;
  environmentNames?: string[];
}

export interface TaskView extends Omit<TaskRow, 'command'> {
  command?: CommandView;
  payload?: Content;
  result?: Content;
  metadata?: Record<string, string>;
  attempts: Attempt[];
  dependencies: { after: RelatedTask[]; before: RelatedTask[] };
  approvals: ApprovalView[];
  charges: Charge[];
  estimate?: { amount: number; unit: string };
  route?: { type?: string; reason?: string; isFallback?: boolean; worker?: string; routedAt?: string };
  retry?: { initialDelayMs: number; factor: number; maxDelayMs: number; jitter: number };
  timeoutMs?: number;
  leaseMs?: number;
  dedupKey?: string;
  actions: string[];
  log?: { exists: boolean; size?: number };
  /** The whole last error. */
  errorText?: string;
  requestedBy?: QueueRequest[];
}

/** What somebody asked for. */
export interface QueueRequest {
  what: string;
  by: string;
  at: string;
  reason?: string;
  /** What was set. */
  change?: string;
}

export interface WorkerView {
  name: string;
  host: string;
  processId: number;
  types?: string[];
  groups?: string[];
  capacity?: number;
  running: number[];
  startedAt: string;
  lastSeenAt: string;
  live: boolean;
}

export interface WorkerType {
  name: string;
  description?: string;
  handledHere: boolean;
  liveWorkers: number;
  queued?: number;
}

export interface TypeView {
  name: string;
  description?: string;
  example?: string;
}

export interface BulkResult {
  matched: number;
  byState: Partial<Record<State, number>>;
  changed: number;
  skipped: { reason: string; count: number; sample: number[] }[];
  cursor?: string;
  complete: boolean;
}

export interface ScheduleRun {
  at: string;
  id?: number;
  /** "enqueued", "overlapped", "deduplicated" or "missed". */
  result: string;
  manual: boolean;
  outcome?: Outcome;
  finishedAt?: string;
}

export interface ScheduleView {
  name: string;
  cron: string;
  words: string;
  timeZone: string;
  paused: boolean;
  pausedAt?: string;
  pausedReason?: string;
  ended: boolean;
  declared: boolean;
  consecutiveFailures: number;
  pauseAfterFailures: number;
  startsAt?: string;
  endsAt?: string;
  missed: string;
  overlap: string;
  jitterMs?: number;
  task: {
    type: string; group: string; label?: string; priority: number; maxAttempts: number; timeoutMs?: number; payload: Content; metadata?: Record<string, string>; dedupKey?: string;
    requiresApproval: boolean;
  };
  next: string[];
  lastRuns: ScheduleRun[];
}

export interface BudgetTargetView {
  scope: string;
  key?: string;
  name?: string;
  text: string;
}

export interface MeterView {
  cap: number;
  unit?: string;
  used: number;
  reserved: number;
  isWarning: boolean;
  isUsedUp: boolean;
  retryAt?: string;
  resetsAt?: string;
}

export interface BudgetView {
  target: BudgetTargetView;
  /** Otherwise the default applies to it, or it has only counted. */
  isSet: boolean;
  policy?: {
    rate?: { starts: number; windowMs: number };
    cost?: { amount: number; unit: string; period: string; windowMs?: number; timeZone?: string; estimate?: number };
    whenUsedUp: string;
  };
  rate?: MeterView;
  cost?: MeterView;
  parked: number;
  isUsedUp: boolean;
  retryAt?: string;
}

export interface UsageDay {
  day: string;
  target: BudgetTargetView;
  unit: string;
  amount: number;
}

export interface ErrorGroup {
  type: string;
  firstLine: string;
  count: number;
  first: string;
  last: string;
  /** One of its tasks. */
  sample: number;
  /** The query that finds its tasks. */
  q: string;
}

export interface GraphView {
  /** The id is negative if a node stands for all tasks of a layer that are in one state. */
  nodes: { id: number; count?: number; label?: string; type?: string; state: State; outcome?: Outcome; x: number; y: number; layer: number; critical: boolean }[];
  edges: { from: number; to: number; kind?: string; condition?: string; critical: boolean; points: { x: number; y: number }[] }[];
  collapsed: boolean;
  /** Whether all connected tasks were found. */
  complete: boolean;
  width: number;
  height: number;
  nodeWidth: number;
  nodeHeight: number;
}

/** Series of equal length, a value for each step; null where there is none. */
export interface MetricsView {
  since?: string;
  /** The end of the first step. */
  from?: string;
  stepMs: number;
  series: Record<string, (number | null)[]>;
}
