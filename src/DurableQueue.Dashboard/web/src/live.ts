import { effect, signal, untracked } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, connection, get, root } from './api';
import { queue } from './router';
import { paused } from './settings';
import { clock } from './time';

/** Rises with each hint that something was committed, and with each poll while there is no stream. */
export const change = signal(0);
export const streaming = signal<'live' | 'polling' | 'off'>('off');

const pollMs = 5_000;
const silenceMs = 40_000;
const firstRetryMs = 1_000;
const longestRetryMs = 15_000;

/** The chunks of an event stream, cut into events. Comments and unknown fields are skipped, as the format wants it. */
export class EventReader {
  private rest = '';

  read(chunk: string): { event: string; data: string }[] {
    const blocks = (this.rest + chunk).replace(/\r\n?/g, '\n').split('\n\n');
    this.rest = blocks.pop()!;
    return blocks.map(block => {
      let event = 'message';
      const data: string[] = [];
      for (const line of block.split('\n')) {
        const colon = line.indexOf(':');
        const name = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
        if (name === 'event') {
          event = value;
        } else if (name === 'data') {
          data.push(value);
        }
      }
      return { event, data: data.join('\n') };
    });
  }
}

/** Reads one stream until it ends; resolves when it has, whatever the reason. Answers whether it ever began. */
async function follow(name: string, signal: AbortSignal): Promise<boolean> {
  let began = false;
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    const answer = await fetch(new URL(`api/${encodeURIComponent(name)}/events`, root), {
      headers: { Accept: 'text/event-stream' },
      signal: AbortSignal.any([signal, silence.signal]),
      redirect: 'manual',
      cache: 'no-store',
    });
    if (answer.status === 401 || answer.type === 'opaqueredirect') {
      connection.value = 'unauthorized';
      return false;
    }
    if (!answer.ok || !answer.body || !answer.headers.get('Content-Type')?.startsWith('text/event-stream')) {
      return false;
    }
    const events = new EventReader();
    const chunks = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await chunks.read();
      if (done) {
        return began;
      }
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMs);
      if (!began) {
        began = true;
        connection.value = 'ok';
        streaming.value = 'live';
        change.value++;
      }
      if (events.read(value).some(each => each.event === 'change')) {
        change.value++;
      }
    }
  } catch {
    return began;
  } finally {
    clearTimeout(timer);
  }
}

/** Keeps one stream open while the tab is seen, and polls while there is none. */
export function startLive(): void {
  let current: AbortController | undefined;
  let hiddenAt = 0;

  const run = async (name: string, stop: AbortController) => {
    let retryMs = firstRetryMs;
    const backstop = setTimeout(() => stop.signal.aborted || streaming.value === 'live' || (streaming.value = 'polling'), pollMs);
    while (!stop.signal.aborted) {
      const began = await follow(name, stop.signal);
      if (stop.signal.aborted) {
        break;
      }
      if (began) {
        retryMs = firstRetryMs;
        streaming.value = 'off';
        setTimeout(() => stop.signal.aborted || streaming.value === 'live' || (streaming.value = 'polling'), pollMs);
      }
      await new Promise(resolve => setTimeout(resolve, retryMs * (0.8 + 0.4 * Math.random())));
      retryMs = Math.min(retryMs * 2, longestRetryMs);
    }
    clearTimeout(backstop);
  };
  const open = (name: string) => {
    current?.abort();
    current = new AbortController();
    streaming.value = 'off';
    void run(name, current);
  };

  effect(() => {
    const name = queue.value;
    untracked(() => document.hidden || open(name));
  });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      hiddenAt = Date.now();
      current?.abort();
      streaming.value = 'off';
    } else if (hiddenAt) {
      clock.tick();
      change.value++;
      open(queue.value);
    }
  });
  setInterval(() => {
    if (!document.hidden) {
      clock.tick();
    }
  }, 1_000);
  // While the server is gone the requests are the probe; the stream's own attempts are rarer.
  let polled = 0;
  setInterval(() => {
    if (!document.hidden && (streaming.value === 'polling' || connection.value !== 'ok') && Date.now() - polled >= 2_000) {
      polled = Date.now();
      change.value++;
    }
  }, pollMs / 2);
}

export interface Live<T> {
  data?: T;
  error?: ApiError;
  /** No answer for 300 ms: something may be shown that says so. */
  slow: boolean;
  reload: () => void;
}

const slowMs = 300;
const restMs = 400;

/**
 * The answer at a path, read again when something changed: never two requests at once, and a pause between them. The last answer stays while
 * the next one is on its way, and when it fails. With another path the old answer is dropped, unless it may stay until the new one is there.
 */
export function useLive<T>(path: string | null, options: { keep?: boolean; still?: boolean } = {}): Live<T> {
  const [state, setState] = useState<{ path: string | null; data?: T; error?: ApiError }>({ path });
  const [slow, setSlow] = useState(false);
  const again = useRef<() => void>(() => {});

  useEffect(() => {
    if (path === null) {
      setState({ path });
      return;
    }
    const stop = new AbortController();
    let busy = false;
    let wanted = false;
    let asked = false;
    let refused = false;
    let seen = change.peek();
    const read = async () => {
      if (busy) {
        wanted = true;
        return;
      }
      busy = true;
      do {
        wanted = false;
        const timer = setTimeout(() => setSlow(true), slowMs);
        try {
          const data = await get<T>(path, stop.signal);
          if (!stop.signal.aborted) {
            setState({ path, data });
          }
        } catch (error) {
          if (!stop.signal.aborted) {
            refused = error instanceof ApiError && error.status === 400;
            const shown = error instanceof ApiError ? error : new ApiError(0, { detail: String(error) });
            setState(old => (old.path === path && old.data !== undefined ? { ...old, error: shown } : { path, error: shown }));
          }
        } finally {
          clearTimeout(timer);
          setSlow(false);
        }
        await new Promise(resolve => setTimeout(resolve, restMs));
      } while (wanted && !stop.signal.aborted && !paused.peek());
      busy = false;
    };
    again.current = () => void read();
    const end = effect(() => {
      const now = change.value;
      const halted = paused.value;
      if (!asked) {
        asked = true;
        void read();
      } else if (!halted && !options.still && !refused && (now !== seen || wanted)) {
        seen = now;
        void read();
      }
    });
    return () => {
      end();
      stop.abort();
    };
  }, [path]);

  const current: { data?: T; error?: ApiError } = state.path === path || options.keep ? state : {};
  return { data: current.data, error: current.error, slow, reload: () => again.current() };
}
