import { signal } from '@preact/signals';
import { queue } from './router';
import type { Meta, Permission } from './types';

export const meta = signal<Meta | undefined>(undefined);

/** Whether the viewer may do something in the queue that is shown. The server checks again. */
export function may(permission: Permission): boolean {
  const value = meta.value;
  const shown = value?.queues.find(each => each.name === queue.value);
  if (!value || !shown) {
    return false;
  }
  const reading = permission === 'view' || permission === 'viewPayloads' || permission === 'viewLogs';
  return (reading || !shown.readOnly) && (value.viewer.permissions[queue.value] ?? []).includes(permission);
}

/** An address of the API of the queue that is shown. */
export function api(path: string): string {
  return `api/${encodeURIComponent(queue.value)}/${path}`;
}
