// Suggestions for the query language. The server parses; this only knows what may stand where the cursor is.

const fields = ['id', 'status', 'group', 'label', 'type', 'command', 'priority', 'attempt', 'after', 'enqueued', 'started', 'ended', 'duration'];
const statuses = [
  'queued', 'running', 'done', 'failed', 'cancelled', 'finished', 'unfinished', 'ready', 'dependencies', 'not-before', 'stashed', 'approval', 'budget',
  'group-paused', 'group-full', 'no-worker', 'doomed', 'succeeded', 'timedout', 'abandoned', 'dependencyfailed', 'rejected', 'killed',
];
const times = ['today', 'yesterday', '-1h', '-24h', 'now'];
const operators: Record<string, string[]> = {
  status: ['=', '!=', 'in ('],
  after: ['=', '!=', 'in ('],
  group: ['=', '!=', '~', 'in ('],
  label: ['=', '!=', '~', 'in ('],
  type: ['=', '!=', '~', 'in ('],
  command: ['~', '=', '!=', 'in ('],
  worker: ['=', '!='],
  error: ['~'],
  payload: ['~'],
};
const comparing = ['=', '!=', '<', '<=', '>', '>='];

export interface Suggestion {
  /** What stands in the query after it was taken. */
  text: string;
  label: string;
  hint?: string;
}

export interface Known {
  groups: readonly string[];
  types: readonly string[];
}

interface Token {
  text: string;
  at: number;
}

function scan(text: string): Token[] {
  const found: Token[] = [];
  for (const match of text.matchAll(/'(?:[^']|'')*'?|[A-Za-z0-9_.:/@+-]+|[=!<>~]+|[(),]/g)) {
    found.push({ text: match[0], at: match.index });
  }
  return found;
}

export function quote(value: string): string {
  return /^[A-Za-z0-9_.:/-]+$/.test(value) && !/^(and|or|not|in|order|by|limit|asc|desc|none)$/i.test(value) ? value : `'${value.replaceAll("'", "''")}'`;
}

/** What may follow at the cursor; and where the word that it would replace begins. */
export function suggest(query: string, cursor: number, known: Known): { from: number; list: Suggestion[] } {
  const before = scan(query.slice(0, cursor));
  const last = before.at(-1);
  const open = last && last.at + last.text.length === cursor && /^[A-Za-z0-9_.:/'+-]/.test(last.text) ? last : undefined;
  const tokens = open ? before.slice(0, -1) : before;
  const from = open?.at ?? cursor;
  const start = (open?.text ?? '').toLowerCase().replace(/^'/, '');
  const make = (list: { label: string; text?: string; hint?: string }[]) => ({
    from,
    list: list
      .filter(each => each.label.toLowerCase().startsWith(start) || (start.length > 1 && each.label.toLowerCase().includes(start)))
      .filter(each => (each.text ?? each.label).trim() !== open?.text)
      .slice(0, 12)
      .map(each => ({ text: each.text ?? each.label, label: each.label, hint: each.hint })),
  });

  const previous = tokens.at(-1)?.text ?? '';
  const beforeIt = tokens.at(-2)?.text.toLowerCase() ?? '';
  const isOperator = /^[=!<>~]+$/.test(previous);
  const inside = listField(tokens);
  if (isOperator || inside) {
    return make(valuesOf(inside ?? beforeIt, known));
  }
  const lower = previous.toLowerCase();
  if (lower === 'by') {
    return make(fields.filter(name => name !== 'after').map(label => ({ label })));
  }
  if (beforeIt === 'by') {
    return make([{ label: 'desc' }, { label: 'asc' }, { label: 'limit' }]);
  }
  if (previous === '' || lower === 'and' || lower === 'or' || lower === 'not' || previous === '(') {
    return make([
      ...fields.map(label => ({ label, hint: 'field' })),
      { label: 'meta.', hint: 'metadata' }, { label: 'worker', hint: 'field' }, { label: 'error', hint: 'field' }, { label: 'payload', hint: 'field' },
      ...(previous === '' ? [{ label: 'order by', text: 'order by ' }] : []), { label: 'not', text: 'not ' },
    ]);
  }
  if ((fields.includes(lower) || operators[lower] || lower.startsWith('meta.')) && !open) {
    return { from, list: (operators[lower] ?? (lower.startsWith('meta.') ? ['='] : comparing)).map(text => ({ text, label: text })) };
  }
  return make([{ label: 'and', text: 'and ' }, { label: 'or', text: 'or ' }, { label: 'order by', text: 'order by ' }, { label: 'limit', text: 'limit ' }]);
}

/** The field of an "in (" that is still open. */
function listField(tokens: Token[]): string | undefined {
  for (let index = tokens.length - 1; index >= 2; index--) {
    const text = tokens[index]!.text;
    if (text === ')') {
      return undefined;
    }
    if (text === '(') {
      return tokens[index - 1]!.text.toLowerCase() !== 'in' ? undefined
        : tokens[index - 2]!.text.toLowerCase() === 'not' ? tokens[index - 3]?.text.toLowerCase()
        : tokens[index - 2]!.text.toLowerCase();
    }
  }
  return undefined;
}

function valuesOf(field: string, known: Known): { label: string; text?: string }[] {
  switch (field) {
    case 'status': return statuses.map(label => ({ label }));
    case 'group': return known.groups.map(label => ({ label, text: quote(label) }));
    case 'type': return known.types.map(label => ({ label, text: quote(label) }));
    case 'enqueued': case 'started': case 'ended': return times.map(label => ({ label }));
    case 'duration': return ['10s', '1m', '10m', '1h'].map(label => ({ label }));
    default: return [];
  }
}

/** Joins conditions by "and"; one with an "or" in it is put into parentheses. The order and limit of the first stay at the end. */
export function both(first: string, second: string): string {
  const tail = /(?:^|\s)(?:order\s+by|limit)\s(?:[^']|'(?:[^']|'')*')*$/i.exec(first);
  const head = (tail ? first.slice(0, tail.index) : first).trim();
  const end = tail ? tail[0].trim() : '';
  const wrap = (text: string) => (/\bor\b/i.test(text) ? `(${text})` : text);
  const joined = head && second ? `${wrap(head)} and ${wrap(second)}` : head || second;
  return [joined, end].filter(Boolean).join(' ');
}

/** The query without its order. */
export function unordered(query: string): string {
  return query.replace(/(^|\s+)order\s+by\s+\S+(\s+(asc|desc))?/i, '').trim();
}

/** The query in another order. */
export function ordered(query: string, field: string, descending: boolean): string {
  const without = unordered(query);
  const limit = /(?:^|\s)limit\s+\d+\s*$/i.exec(without);
  const head = (limit ? without.slice(0, limit.index) : without).trim();
  return [head, `order by ${field}${descending ? ' desc' : ''}`, limit?.[0].trim()].filter(Boolean).join(' ');
}

export function orderOf(query: string): { field: string; descending: boolean } | undefined {
  const match = /(?:^|\s)order\s+by\s+(\w+)(?:\s+(asc|desc))?/i.exec(query);
  return match ? { field: match[1]!.toLowerCase(), descending: match[2]?.toLowerCase() === 'desc' } : undefined;
}
