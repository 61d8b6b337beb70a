/** Outlines on a field of 16 by 16. */
const shapes: Record<string, string> = {
  board: 'M2.5 3h3v10h-3zM6.5 3h3v7h-3zM10.5 3h3v4h-3z',
  tasks: 'M6 4h8M6 8h8M6 12h8M2.5 4h.5M2.5 8h.5M2.5 12h.5',
  errors: 'M8 2 14.5 13.5h-13zM8 6.5v3M8 11.5v.01',
  groups: 'M2 4.5h12M2 8h12M2 11.5h12M5 3v3M10 6.5v3M7 10v3',
  schedules: 'M2.5 3.5h11v10h-11zM2.5 6.5h11M5.5 2v2.5M10.5 2v2.5',
  approvals: 'M8 1.8 13.5 4v4c0 3.2-2.3 5.3-5.5 6.3C4.8 13.3 2.5 11.2 2.5 8V4zM5.7 8l1.7 1.7L10.5 6.5',
  budgets: 'M8 2a6 6 0 1 0 .01 0M10 5.8C9.5 5.2 8.8 5 8 5c-1.2 0-2 .6-2 1.5C6 8.7 10 7.3 10 9.5c0 .9-.8 1.5-2 1.5-.8 0-1.5-.2-2-.8M8 4v1M8 11v1',
  workers: 'M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5v.01M5 11v.01',
  metrics: 'M2 13.5h12M3 11l3.5-4 2.5 2.5L13.5 4',
  health: 'M1.5 8.5h3l1.5-4 3 8 2-4h3.5',
  actions: 'M8 2a6 6 0 1 1-5.5 3.6M2.5 2.5v3.1h3.1M8 5v3.3l2 1.4',
  graph: 'M2 6.5h3.5v3H2zM10.5 2.5H14v3h-3.5zM10.5 10.5H14v3h-3.5zM5.5 8h2.5M8 4v8M8 4h2.5M8 12h2.5',
  queued: 'M8 2.5a5.5 5.5 0 1 0 .01 0',
  held: 'M8 2.5a5.5 5.5 0 1 0 .01 0M6.5 6v4M9.5 6v4',
  running: 'M8 2.5a5.5 5.5 0 1 0 .01 0M6.7 5.6 10.3 8l-3.6 2.4z',
  waiting: 'M5 2.5h6M5 13.5h6M5.5 2.5c0 3 2.5 4 2.5 5.5s-2.5 2.5-2.5 5.5M10.5 2.5c0 3-2.5 4-2.5 5.5s2.5 2.5 2.5 5.5',
  done: 'M8 2.5a5.5 5.5 0 1 0 .01 0M5.5 8.2l1.8 1.8 3.4-3.8',
  failed: 'M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5zM6 6l4 4M10 6l-4 4',
  cancelled: 'M8 2.5a5.5 5.5 0 1 0 .01 0M4.2 4.2l7.6 7.6',
  stopping: 'M8 2.5a5.5 5.5 0 1 0 .01 0M6 6h4v4H6z',
  dependencies: 'M6.8 9.2a2.5 2.5 0 0 1 0-3.5l2-2a2.5 2.5 0 0 1 3.5 3.5l-1 1M9.2 6.8a2.5 2.5 0 0 1 0 3.5l-2 2a2.5 2.5 0 0 1-3.5-3.5l1-1',
  notBefore: 'M8 2.5a5.5 5.5 0 1 0 .01 0M8 5v3.2l2 1.3',
  stashed: 'M2.5 3h11v3h-11zM3.5 6v7h9V6M6.5 8.5h3',
  approval: 'M8 1.8 13.5 4v4c0 3.2-2.3 5.3-5.5 6.3C4.8 13.3 2.5 11.2 2.5 8V4zM8 5v3M8 10.3v.01',
  budget: 'M8 2.5a5.5 5.5 0 1 0 .01 0M10.5 5.5l-5 5',
  worker: 'M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5v.01M5 11v.01',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3l8 5-8 5z',
  stop: 'M4 4h8v8H4z',
  plus: 'M8 3v10M3 8h10',
  check: 'M3 8.5l3.3 3.3L13 4.8',
  cross: 'M4 4l8 8M12 4l-8 8',
  retry: 'M13.5 8a5.5 5.5 0 1 1-1.8-4M13.5 2v3h-3',
  more: 'M3.5 8v.01M8 8v.01M12.5 8v.01',
  search: 'M7 2.5a4.5 4.5 0 1 0 .01 0M10.3 10.3 14 14',
  copy: 'M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1',
  down: 'M4 6l4 4 4-4',
  right: 'M6 4l4 4-4 4',
  left: 'M10 4 6 8l4 4',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  download: 'M8 2.5v7.5M4.7 7 8 10.3 11.3 7M3 13.5h10',
  edit: 'M3 13l.6-2.8 7.5-7.5 2.2 2.2-7.5 7.5z',
  help: 'M8 2a6 6 0 1 0 .01 0M6.3 6.3c0-1 .8-1.6 1.7-1.6s1.7.6 1.7 1.5c0 1.3-1.7 1.3-1.7 2.6M8 11v.01',
  settings: 'M3 4.5h6M12 4.5h1M3 11.5h1M7 11.5h6M9.5 3v3M4.5 10v3',
  trash: 'M3 4.5h10M6 4.5v-2h4v2M4.5 4.5l.5 9h6l.5-9',
  filter: 'M2.5 3.5h11L9.5 8.5v4l-3-1.5v-2.5z',
  up: 'M8 13V3.5M4 7.5 8 3.5l4 4',
  log: 'M3 3.5h10v9H3zM5 6l1.8 1.8L5 9.6M8 10h2.5',
};

export function Icon({ name, label }: { name: string; label?: string }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden={label ? undefined : 'true'} role={label ? 'img' : undefined} aria-label={label}>
      <path d={shapes[name] ?? shapes['queued']} />
    </svg>
  );
}
