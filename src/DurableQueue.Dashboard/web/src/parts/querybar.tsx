import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../api';
import { suggest, type Known, type Suggestion } from '../query';
import { Button } from './basics';
import { Icon } from './icon';

/** The query: suggestions while it is typed, and an error under its column. */
export function QueryBar({ value, onRun, error, known, placeholder }: {
  value: string; onRun: (query: string) => void; error?: ApiError; known: Known; placeholder?: string;
}) {
  const [text, setText] = useState(value);
  const [list, setList] = useState<{ from: number; list: Suggestion[] }>();
  const [picked, setPicked] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => setText(value), [value]);

  const refresh = (query: string, cursor: number) => {
    setList(suggest(query, cursor, known));
    setPicked(-1);
  };
  const close = () => {
    setList(undefined);
    setPicked(-1);
  };
  const take = (suggestion: Suggestion) => {
    const field = input.current!;
    const end = field.selectionStart ?? text.length;
    const next = text.slice(0, list!.from) + suggestion.text + text.slice(end);
    const cursor = list!.from + suggestion.text.length;
    setText(next);
    requestAnimationFrame(() => {
      field.focus();
      field.setSelectionRange(cursor, cursor);
      refresh(next, cursor);
    });
  };
  const run = (query: string) => {
    close();
    onRun(query.trim());
  };
  const shown = list && list.list.length > 0 ? list.list : undefined;
  const wrong = error?.status === 400 ? error : undefined;
  const column = wrong?.problem.column;

  return (
    <form class="query" role="search" onSubmit={event => { event.preventDefault(); run(text); }}>
      <div class="query-box">
        <Icon name="search" />
        <div class="query-text">
          <input ref={input} data-query class="mono" type="text" value={text} spellcheck={false} autocomplete="off" autocapitalize="none" enterkeyhint="search"
            placeholder={placeholder ?? 'status=failed and ended>=yesterday'} aria-label="Query"
            role="combobox" aria-expanded={Boolean(shown)} aria-controls={`${id}-list`} aria-autocomplete="list"
            aria-activedescendant={shown && picked >= 0 ? `${id}-${picked}` : undefined}
            aria-invalid={wrong ? 'true' : undefined} aria-describedby={wrong ? `${id}-error` : undefined}
            onInput={event => { setText(event.currentTarget.value); refresh(event.currentTarget.value, event.currentTarget.selectionStart ?? 0); }}
            onClick={event => refresh(text, event.currentTarget.selectionStart ?? 0)}
            onBlur={close}
            onKeyDown={event => {
              if (shown && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
                event.preventDefault();
                const step = event.key === 'ArrowDown' ? 1 : -1;
                setPicked((picked + step + shown.length + (picked < 0 && step < 0 ? 1 : 0)) % shown.length);
              } else if (!shown && event.key === 'ArrowDown') {
                refresh(text, event.currentTarget.selectionStart ?? 0);
              } else if (shown && picked >= 0 && (event.key === 'Enter' || event.key === 'Tab')) {
                event.preventDefault();
                take(shown[picked]!);
              } else if (event.key === 'Escape') {
                if (shown) {
                  close();
                } else {
                  event.currentTarget.blur();
                }
                event.stopPropagation();
              }
            }} />
          {wrong && column !== undefined && <span class="query-mark mono" aria-hidden="true">{' '.repeat(Math.max(0, Math.min(column, text.length + 1) - 1))}^</span>}
          {shown && (
            <ul class="suggestions" role="listbox" id={`${id}-list`} aria-label="Suggestions">
              {shown.map((each, index) => (
                <li key={each.label} id={`${id}-${index}`} role="option" aria-selected={index === picked} class={index === picked ? 'picked' : ''}
                  onMouseDown={event => { event.preventDefault(); take(each); }}>
                  <span class="mono">{each.label}</span>{each.hint && <span class="faint">{each.hint}</span>}
                </li>
              ))}
            </ul>
          )}
        </div>
        {text && <Button kind="quiet" small icon="cross" label="Clear the query" onClick={() => { setText(''); run(''); }} />}
      </div>
      {wrong && <p class="field-error" id={`${id}-error`} role="alert">{wrong.message}</p>}
    </form>
  );
}
