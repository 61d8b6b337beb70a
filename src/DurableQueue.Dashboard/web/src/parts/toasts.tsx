import { signal } from '@preact/signals';
import { Button } from './basics';
import { Icon } from './icon';

interface Toast {
  key: number;
  text: string;
  bad: boolean;
}

const toasts = signal<Toast[]>([]);
let last = 0;

function add(text: string, bad: boolean): void {
  const key = ++last;
  toasts.value = [...toasts.value.slice(-3), { key, text, bad }];
  setTimeout(() => drop(key), bad ? 12_000 : 5_000);
}

function drop(key: number): void {
  toasts.value = toasts.value.filter(each => each.key !== key);
}

/** Says what was done, also to those who hear the page. */
export function say(text: string): void {
  add(text, false);
}

export function complain(text: string): void {
  add(text, true);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(toast => (
        <div key={toast.key} class={toast.bad ? 'toast bad' : 'toast'}>
          <Icon name={toast.bad ? 'errors' : 'check'} />
          <span>{toast.text}</span>
          <Button kind="quiet" small icon="cross" label="Dismiss" onClick={() => drop(toast.key)} />
        </div>
      ))}
    </div>
  );
}
