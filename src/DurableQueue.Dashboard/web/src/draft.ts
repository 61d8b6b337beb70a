import { jsonError } from './json';
import { readDuration } from './time';

/** What stands in the dialog that creates a task. */
export interface Draft {
  kind: 'type' | 'auto' | 'command';
  type: string;
  payload: string;
  command: string;
  group: string;
  label: string;
  priority: string;
  delay: string;
  after: string;
  maxAttempts: string;
  timeout: string;
  metadata: string;
  dedupKey: string;
  estimate: string;
  requiresApproval: boolean;
  stashed: boolean;
}

export const emptyDraft: Draft = {
  kind: 'type', type: '', payload: '', command: '', group: 'default', label: '', priority: '', delay: '', after: '', maxAttempts: '', timeout: '', metadata: '', dedupKey: '',
  estimate: '', requiresApproval: false, stashed: false,
};

/** Lines of "name=value". */
export function readMetadata(text: string): Record<string, string> | string {
  const entries: [string, string][] = [];
  for (const line of text.split('\n').map(each => each.trim()).filter(Boolean)) {
    const at = line.indexOf('=');
    if (at <= 0) {
      return `“${line}” is not name=value.`;
    }
    entries.push([line.slice(0, at).trim(), line.slice(at + 1).trim()]);
  }
  return Object.fromEntries(entries);
}

/** The body of the request; or the errors by field. */
export function readDraft(value: Draft): { body?: Record<string, unknown>; errors: Record<string, string> } {
  const errors: Record<string, string> = {};
  const whole = (field: 'priority' | 'maxAttempts', name: string) => {
    const text = value[field].trim();
    if (text !== '' && !/^-?\d+$/.test(text)) {
      errors[field] = `${name} is a whole number.`;
    }
    return text === '' ? undefined : Number(text);
  };
  const span = (field: 'delay' | 'timeout') => {
    const ms = readDuration(value[field]);
    if (value[field].trim() !== '' && ms === undefined) {
      errors[field] = 'Write it like 90s, 5m or 1h30m.';
    }
    return ms;
  };
  if (value.kind === 'type' && value.type.trim() === '') {
    errors['type'] = 'Name the type of the task.';
  }
  if (value.kind === 'command' && value.command.trim() === '') {
    errors['command'] = 'Write the command line.';
  }
  const wrong = value.kind !== 'command' && value.payload.trim() !== '' ? jsonError(value.payload) : undefined;
  const asText = value.kind === 'auto' && wrong !== undefined;
  if (wrong && !asText) {
    errors['payload'] = wrong;
  }
  const after = value.after.split(/[\s,]+/).filter(Boolean);
  if (after.some(each => !/^\d+$/.test(each))) {
    errors['after'] = 'Write the numbers of tasks, such as 12, 15.';
  }
  const metadata = readMetadata(value.metadata);
  if (typeof metadata === 'string') {
    errors['metadata'] = metadata;
  }
  const estimate = /^(\d+(?:\.\d+)?)\s*([A-Za-z]\w*)?$/.exec(value.estimate.trim());
  if (value.estimate.trim() !== '' && !estimate) {
    errors['estimate'] = 'Write an amount, such as 0.25 usd.';
  }
  const body = {
    type: value.kind === 'auto' ? 'auto' : value.kind === 'command' ? undefined : value.type.trim(),
    // As it was typed: parsed and written again, long numbers would lose digits.
    payloadText: value.kind === 'command' || value.payload.trim() === '' ? undefined : asText ? JSON.stringify(value.payload) : value.payload,
    command: value.kind === 'command' ? value.command : undefined,
    group: value.group.trim() || undefined,
    label: value.label.trim() || undefined,
    priority: whole('priority', 'Priority'),
    delayMs: span('delay'),
    after: after.length > 0 ? after.map(Number) : undefined,
    maxAttempts: whole('maxAttempts', 'The number of attempts'),
    timeoutMs: span('timeout'),
    metadata: typeof metadata === 'object' && Object.keys(metadata).length > 0 ? metadata : undefined,
    dedupKey: value.dedupKey.trim() || undefined,
    requiresApproval: value.requiresApproval || undefined,
    stashed: value.stashed || undefined,
    estimate: estimate ? { amount: Number(estimate[1]), unit: estimate[2] ?? 'usd' } : undefined,
  };
  return { body: Object.keys(errors).length === 0 ? body : undefined, errors };
}
