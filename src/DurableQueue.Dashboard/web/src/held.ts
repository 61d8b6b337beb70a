import { useEffect, useRef, useState } from 'preact/hooks';

export interface HeldRow<T> {
  row: T;
  /** It left the list while somebody looked at it: it keeps its place until they look away. */
  gone: boolean;
}

/**
 * What to show of a list that changed: while somebody looks at it, every row keeps its place; rows that are still there are updated, those that
 * left stay, marked, and new ones wait.
 */
export function hold<T extends { id: number | string }>(shown: readonly HeldRow<T>[], latest: readonly T[]): { rows: HeldRow<T>[]; waiting: number } {
  const byId = new Map(latest.map(row => [row.id, row]));
  const known = new Set(shown.map(each => each.row.id));
  return {
    rows: shown.map(each => {
      const now = byId.get(each.row.id);
      return now ? { row: now, gone: false } : { row: each.row, gone: true };
    }),
    waiting: latest.filter(row => !known.has(row.id)).length,
  };
}

export function useHeld<T extends { id: number | string }>(latest: readonly T[], held: boolean): { rows: HeldRow<T>[]; waiting: number } {
  const shown = useRef<HeldRow<T>[]>([]);
  const result = held && shown.current.length > 0 ? hold(shown.current, latest) : { rows: latest.map(row => ({ row, gone: false })), waiting: 0 };
  shown.current = result.rows;
  return result;
}

const restMs = 8_000;

/** Whether somebody is looking at a part of the page: the pointer moves in it, or the focus is in it. Given up after some seconds of rest. */
export function useAttention(): [boolean, Record<string, (event: Event) => void>] {
  const [held, setHeld] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const begin = () => {
    clearTimeout(timer.current);
    setHeld(true);
    timer.current = setTimeout(() => setHeld(false), restMs);
  };
  const end = (event: Event) => {
    const next = (event as FocusEvent | PointerEvent).relatedTarget;
    if (next instanceof Node && (event.currentTarget as Element).contains(next)) {
      return;
    }
    clearTimeout(timer.current);
    setHeld(false);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return [held, { onPointerMove: begin, onPointerLeave: end, onFocusIn: begin, onFocusOut: end, onKeyDown: begin }];
}
