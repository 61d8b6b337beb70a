import { computed, effect, signal } from '@preact/signals';

/** A setting that the browser keeps, for all dashboards of this origin. */
function kept<T>(name: string, initial: T, valid: (value: unknown) => boolean) {
  const key = `durablequeue.${name}`;
  let start = initial;
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    if (valid(stored)) {
      start = stored as T;
    }
  } catch {
    // Storage may be off, or hold what another program wrote.
  }
  const value = signal<T>(start);
  let first = true;
  effect(() => {
    const text = JSON.stringify(value.value);
    if (first) {
      first = false;
      return;
    }
    try {
      localStorage.setItem(key, text);
    } catch {
      // The setting counts for this visit.
    }
  });
  return value;
}

const oneOf = (...values: string[]) => (value: unknown) => typeof value === 'string' && values.includes(value);

export const theme = kept<'system' | 'light' | 'dark'>('theme', 'system', oneOf('system', 'light', 'dark'));
export const timeStyle = kept<'relative' | 'exact'>('timeStyle', 'relative', oneOf('relative', 'exact'));
/** "local", "UTC", or the name of a zone. */
export const zone = kept('zone', 'local', value => typeof value === 'string' && value !== '');
export const columns = kept<string[]>('columns', ['attempt', 'enqueued', 'ended', 'duration'], Array.isArray);
export interface SavedView { name: string; q: string }
export const views = kept<SavedView[]>('views', [], Array.isArray);

/** The zone as Intl wants it: undefined is that of the browser. */
export const zoneName = computed(() => (zone.value === 'local' ? undefined : zone.value));

/** Updates of what is shown are paused. Not kept: nobody wonders next morning why nothing moves. */
export const paused = signal(false);
