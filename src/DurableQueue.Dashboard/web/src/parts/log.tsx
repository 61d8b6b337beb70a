import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { AnsiReader, type Piece } from '../ansi';
import { api } from '../access';
import { ApiError, get, parameters } from '../api';
import { paused } from '../settings';
import { bytes, count } from '../words';
import { Button, Check, Empty } from './basics';
import { Icon } from './icon';

interface LogAnswer {
  text: string;
  from: number;
  next: number;
  size: number;
  ended: boolean;
  source?: string;
}

interface Line {
  key: number;
  pieces: Piece[];
}

const chunk = 64 * 1024;
const maxLines = 5_000;
const followMs = 1_000;

/** The output of a command: opens at its end, follows it, and reads back on request. */
export function LogView({ id, attempt, running }: { id: number; attempt?: number; running: boolean }) {
  const [stream, setStream] = useState('');
  const [lines, setLines] = useState<Line[]>([]);
  const [state, setState] = useState<{ from: number; size: number; ended: boolean; source?: string }>();
  const [error, setError] = useState<string>();
  const [following, setFollowing] = useState(true);
  const [wrap, setWrap] = useState(true);
  const [dropped, setDropped] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const reader = useRef({ ansi: new AnsiReader(), next: -1, rest: '', key: 0 });
  const earlier = useRef<number | undefined>(undefined);
  const followNow = useRef(true);
  followNow.current = following;
  const path = (from: number, max: number) => api(`tasks/${id}/log${parameters({ attempt, from: String(from), max, stream })}`);

  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    reader.current = { ansi: new AnsiReader(), next: -1, rest: '', key: 0 };
    setLines([]);
    setState(undefined);
    setDropped(0);
    const read = async () => {
      const current = reader.current;
      try {
        if (current.next < 0 || (followNow.current && !document.hidden && !paused.value)) {
          const answer = await get<LogAnswer>(path(current.next < 0 ? -chunk : current.next, chunk), stop.signal);
          if (stop.signal.aborted) {
            return;
          }
          setError(undefined);
          const first = current.next < 0;
          let text = current.rest + answer.text;
          if (first && answer.from > 0) {
            // It begins in the middle of a line.
            text = text.slice(text.indexOf('\n') + 1);
          }
          const parts = text.split('\n');
          current.rest = answer.ended ? '' : parts.pop()!;
          if (answer.ended && parts.at(-1) === '') {
            parts.pop();
          }
          current.next = answer.next;
          const added = parts.map(part => ({ key: current.key++, pieces: current.ansi.line(part) }));
          if (added.length > 0) {
            setLines(old => {
              const all = [...old, ...added];
              if (all.length > maxLines) {
                setDropped(before => before + all.length - maxLines);
                return all.slice(-maxLines);
              }
              return all;
            });
          }
          setState(old => ({ from: old?.from ?? answer.from, size: answer.size, ended: answer.ended, source: answer.source }));
          if (answer.ended && answer.next >= answer.size) {
            return;
          }
          if (answer.next < answer.size) {
            timer = setTimeout(() => void read(), 50);
            return;
          }
        }
      } catch (failure) {
        if (stop.signal.aborted) {
          return;
        }
        setError(failure instanceof ApiError && failure.status === 404 ? undefined : (failure as Error).message);
      }
      timer = setTimeout(() => void read(), followMs);
    };
    void read();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [id, attempt, stream]);

  useLayoutEffect(() => {
    const view = box.current;
    if (!view) {
      return;
    }
    if (earlier.current !== undefined) {
      view.scrollTop += view.scrollHeight - earlier.current;
      earlier.current = undefined;
    } else if (following) {
      view.scrollTop = view.scrollHeight;
    }
  }, [lines, following, wrap]);

  const more = async () => {
    if (!state || state.from === 0) {
      return;
    }
    const from = Math.max(0, state.from - chunk);
    try {
      const answer = await get<LogAnswer>(path(from, state.from - from));
      const ansi = new AnsiReader();
      const parts = (from > 0 ? answer.text.slice(answer.text.indexOf('\n') + 1) : answer.text).split('\n');
      if (parts.at(-1) === '') {
        parts.pop();
      }
      earlier.current = box.current?.scrollHeight;
      setFollowing(false);
      const begin = (lines[0]?.key ?? 0) - parts.length;
      setLines(old => [...parts.map((part, index) => ({ key: begin + index, pieces: ansi.line(part) })), ...old].slice(0, maxLines));
      setState({ ...state, from: answer.from });
    } catch (failure) {
      setError((failure as Error).message);
    }
  };

  return (
    <section class="panel log-panel" aria-label="Log">
      <header class="panel-head">
        <h2>Log</h2>
        {state && <span class="faint number">{bytes(state.size)}</span>}
        <span class="push" />
        <label class="pick small"><span class="hidden-text">Stream</span>
          <select value={stream} onChange={event => setStream(event.currentTarget.value)}>
            <option value="">Output</option><option value="error">Separate errors</option>
          </select>
        </label>
        <Check label="Wrap" checked={wrap} onChange={setWrap} />
        {running && <Check label="Follow" checked={following} onChange={setFollowing} />}
        <a class="button quiet square small" href={api(`tasks/${id}/log/raw${parameters({ attempt })}`)} download aria-label="Download the log" title="Download the log"><Icon name="download" /></a>
      </header>
      {error && <p class="field-error" role="alert">{error}</p>}
      {lines.length === 0 && state && <Empty title={state.source ? 'The log is not here' : running && !state.ended ? 'No output yet' : 'No output'} icon="log">{state.source && <p>{state.source}</p>}</Empty>}
      {lines.length > 0 && (
        <div class={wrap ? 'log wrap' : 'log'} ref={box} tabIndex={0} role="log" aria-live="off" aria-label="Output"
          onScroll={event => {
            const view = event.currentTarget;
            if (running && earlier.current === undefined) {
              setFollowing(view.scrollHeight - view.scrollTop - view.clientHeight < 24);
            }
          }}>
          {state && (state.from > 0 || dropped > 0) && (
            <p class="log-more">{dropped > 0 ? <span>{count(dropped)} earlier lines are not shown; the download has them.</span>
              : <Button small icon="up" onClick={() => void more()}>Earlier output</Button>}</p>
          )}
          {lines.map(line => <div key={line.key} class="log-line">{line.pieces.map((piece, index) => (piece.style ? <span key={index} class={piece.style}>{piece.text}</span> : piece.text))}{line.pieces.length === 0 && '\u200b'}</div>)}
        </div>
      )}
    </section>
  );
}
