import { computed, signal } from '@preact/signals';
import { root } from './api';

export interface Place {
  /** The path below the prefix, without slashes at the ends. */
  path: string;
  search: URLSearchParams;
}

const place = signal<Place>(read());
export const here = computed(() => place.value);
/** The named queue that the page shows: in the address, so that a link leads to the same one. */
export const queue = computed(() => place.value.search.get('queue') ?? defaultQueue.value);
export const defaultQueue = signal('default');

let leaving: (() => boolean) | undefined;

/** Asks before the page is left, as long as the function answers false. */
export function guard(allowed: (() => boolean) | undefined): void {
  leaving = allowed;
}

function read(): Place {
  if (typeof location === 'undefined') {
    return { path: '', search: new URLSearchParams() };
  }
  const path = location.pathname.startsWith(root.pathname) ? location.pathname.slice(root.pathname.length) : '';
  return { path: decodeURI(path).replace(/^\/+|\/+$/g, ''), search: new URLSearchParams(location.search) };
}

/** An address of a page of the same queue. */
export function address(path: string, values: Record<string, string | undefined> = {}): string {
  const search = new URLSearchParams();
  if (queue.value !== defaultQueue.value) {
    search.set('queue', queue.value);
  }
  for (const [name, value] of Object.entries(values)) {
    if (value) {
      search.set(name, value);
    }
  }
  const text = search.toString();
  return new URL(path + (text && `?${text}`), root).href;
}

export function go(href: string, replace = false): void {
  if (!replace && leaving && !leaving()) {
    return;
  }
  if (href === location.href) {
    return;
  }
  const sameRow = new URL(href).pathname === location.pathname;
  history[replace ? 'replaceState' : 'pushState'](null, '', href);
  place.value = read();
  if (!replace && !sameRow) {
    window.scrollTo(0, 0);
  }
}

/** Follows links within the dashboard without loading the page again; and the browser's own buttons. */
export function start(): void {
  const base = document.querySelector('base');
  if (base) {
    base.href = root.href;
  }
  window.addEventListener('popstate', () => (place.value = read()));
  document.addEventListener('click', event => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
      || link.target || link.hasAttribute('download') || link.origin !== root.origin || !link.pathname.startsWith(root.pathname)
      || link.pathname.startsWith(`${root.pathname}api/`)) {
      return;
    }
    if (link.pathname === location.pathname && link.search === location.search && link.hash) {
      return;
    }
    event.preventDefault();
    go(link.href);
  });
}
