import { useComputed } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../api';
import { timeStyle, zoneName } from '../settings';
import { clock, duration, exact, relative, short } from '../time';
import type { TaskRow } from '../types';
import { standing } from '../words';
import { Icon } from './icon';

/** A time: how far away it is, or when exactly, as chosen; the other one appears on hover. */
export function Time({ at }: { at: string | undefined }) {
  const ms = at ? Date.parse(at) : NaN;
  return Number.isNaN(ms) ? <span class="faint">–</span> : <TimeText key={at} at={at!} ms={ms} />;
}

function TimeText({ at, ms }: { at: string; ms: number }) {
  const text = useComputed(() => (timeStyle.value === 'relative' ? relative(ms, clock.now.value) : short(ms, clock.now.value, zoneName.value)));
  const full = useComputed(() => exact(ms, zoneName.value) + (timeStyle.value === 'relative' ? '' : `, ${relative(ms, clock.now.value)}`));
  return <time class="number" dateTime={at} title={full.value}>{text.value}</time>;
}

/** How long something takes: until it ended, or until now. */
export function Elapsed({ from, to }: { from: string | undefined; to?: string }) {
  const start = from ? Date.parse(from) : NaN;
  const end = to ? Date.parse(to) : undefined;
  return Number.isNaN(start) ? <span class="faint">–</span> : <ElapsedText key={`${from} ${to}`} start={start} end={end} />;
}

function ElapsedText({ start, end }: { start: number; end: number | undefined }) {
  const text = useComputed(() => duration(end === undefined ? Math.floor((clock.now.value - start) / 1_000) * 1_000 : end - start));
  return <span class="number">{text.value}</span>;
}

/** The state by shape, word and colour. */
export function StateBadge({ task }: { task: Parameters<typeof standing>[0] }) {
  const { word, icon, tone } = standing(task);
  return <span class={`state ${tone}`}><Icon name={icon} />{word}</span>;
}

export function Progress({ task }: { task: Pick<TaskRow, 'progress' | 'progressMessage'> }) {
  const percent = task.progress === undefined ? undefined : Math.round(Math.min(1, Math.max(0, task.progress)) * 100);
  if (percent === undefined && !task.progressMessage) {
    return null;
  }
  return (
    <div class="progress-row">
      {percent !== undefined && <progress class="bar" max={100} value={percent} aria-label="Progress" />}
      {percent !== undefined && <span class="number">{percent} %</span>}
      {task.progressMessage && <span class="clip" title={task.progressMessage}>{task.progressMessage}</span>}
    </div>
  );
}

type ButtonProps = {
  onClick?: (event: MouseEvent) => void;
  kind?: 'primary' | 'danger' | 'quiet' | 'plain';
  icon?: string;
  /** The name of a button that shows its picture alone. */
  label?: string;
  disabled?: boolean;
  type?: 'button' | 'submit';
  pressed?: boolean;
  expanded?: boolean;
  small?: boolean;
  id?: string;
  title?: string;
  children?: ComponentChildren;
};

export function Button({ onClick, kind = 'plain', icon, label, disabled, type = 'button', pressed, expanded, small, id, title, children }: ButtonProps) {
  return (
    <button id={id} type={type} class={`button ${kind}${small ? ' small' : ''}${children ? '' : ' square'}`} disabled={disabled} onClick={onClick}
      aria-label={label} title={title ?? label} aria-pressed={pressed} aria-expanded={expanded}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A modal dialog of the browser: it traps the focus, closes with Escape and gives the focus back. */
export function Dialog({ title, onClose, children, wide }: { title: string; onClose: () => void; children: ComponentChildren; wide?: boolean }) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const before = document.activeElement;
    const dialog = box.current!;
    dialog.showModal();
    dialog.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement && before.isConnected) {
        before.focus();
      }
    };
  }, []);
  return (
    <dialog ref={box} class={wide ? 'dialog wide' : 'dialog'} aria-labelledby={id}
      onCancel={event => { event.preventDefault(); onClose(); }}
      onMouseDown={event => event.target === box.current && onClose()}>
      <div class="dialog-box">
        <header class="dialog-head">
          <h2 id={id}>{title}</h2>
          <Button kind="quiet" icon="cross" label="Close" onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  );
}

/** A label, a control, and the message of its error, which is read out with it. */
export function Field({ label, hint, error, children, wide }: {
  label: string; hint?: ComponentChildren; error?: string; wide?: boolean; children: (props: { id: string; 'aria-invalid'?: 'true'; 'aria-describedby'?: string }) => ComponentChildren;
}) {
  const id = useId();
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return (
    <div class={wide ? 'field wide' : 'field'}>
      <label for={id}>{label}</label>
      {children({ id, ...(error ? { 'aria-invalid': 'true' as const } : {}), ...(described ? { 'aria-describedby': described } : {}) })}
      {error && <p class="field-error" id={`${id}-error`} role="alert">{error}</p>}
      {hint && <p class="field-hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

type InputProps = {
  label: string; hint?: ComponentChildren; error?: string; wide?: boolean; value: string; onValue: (value: string) => void;
  /** Of several lines. */
  area?: boolean; rows?: number; class?: string; placeholder?: string; inputMode?: 'numeric' | 'decimal'; maxLength?: number; disabled?: boolean; required?: boolean;
  autocomplete?: string; spellcheck?: boolean; 'data-first'?: boolean;
};

/** A field for text. */
export function Input({ label, hint, error, wide, value, onValue, area, ...rest }: InputProps) {
  return (
    <Field label={label} hint={hint} error={error} wide={wide}>
      {props => {
        const all = { autocomplete: 'off', ...rest, ...props, value, onInput: (event: { currentTarget: { value: string } }) => onValue(event.currentTarget.value) };
        return area ? <textarea {...all} /> : <input {...all} />;
      }}
    </Field>
  );
}

export function Check({ label, checked, onChange, disabled, hint }: {
  label: ComponentChildren; checked: boolean; onChange: (value: boolean) => void; disabled?: boolean; hint?: string;
}) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} disabled={disabled} onChange={event => onChange(event.currentTarget.checked)} />
      <span>{label}{hint && <small>{hint}</small>}</span>
    </label>
  );
}

/** A button that opens a list of actions. */
export function Menu({ label, icon = 'more', items, small, text }: {
  label: string; icon?: string; small?: boolean; text?: string;
  items: { name: string; icon?: string; danger?: boolean; onPick: () => void }[];
}) {
  const [open, setOpen] = useState(false);
  const [above, setAbove] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open) {
      return;
    }
    const outside = (event: Event) => box.current?.contains(event.target as Node) || setOpen(false);
    document.addEventListener('pointerdown', outside);
    box.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus();
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);
  const onKeyDown = (event: KeyboardEvent) => {
    const all = [...(box.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
    const index = all.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'Escape' && open) {
      event.stopPropagation();
      event.preventDefault();
      setOpen(false);
      box.current?.querySelector('button')?.focus();
    } else if (open && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      all[(index + (event.key === 'ArrowDown' ? 1 : all.length - 1)) % all.length]?.focus();
    } else if (open && event.key === 'Tab') {
      setOpen(false);
    }
  };
  if (items.length === 0) {
    return null;
  }
  return (
    <div class="menu" ref={box} onKeyDown={onKeyDown}>
      <button type="button" class={`button ${text ? 'plain' : 'quiet square'}${small ? ' small' : ''}`} aria-haspopup="menu" aria-expanded={open} aria-controls={id}
        aria-label={text ? undefined : label} title={text ? undefined : label}
        onClick={event => {
          setAbove(event.currentTarget.getBoundingClientRect().bottom + items.length * 34 + 16 > innerHeight);
          setOpen(!open);
        }}>
        {text}<Icon name={text ? 'down' : icon} />
      </button>
      {open && (
        <div class={above ? 'menu-list above' : 'menu-list'} role="menu" id={id} aria-label={label}>
          {items.map(item => (
            <button key={item.name} type="button" role="menuitem" tabIndex={-1} class={item.danger ? 'danger' : ''}
              onClick={() => { setOpen(false); box.current?.querySelector('button')?.focus(); item.onPick(); }}>
              {item.icon && <Icon name={item.icon} />}{item.name}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** What a page without content says: what it is for, and what to do next. */
export function Empty({ title, children, icon }: { title: string; icon?: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      {icon && <Icon name={icon} />}
      <p class="empty-title">{title}</p>
      {children && <div class="empty-text">{children}</div>}
    </div>
  );
}

/** While the first answer is on its way, after 300 ms; or the reason why there is none. */
export function Pending({ live }: { live: { error?: ApiError; slow: boolean; reload: () => void } }) {
  if (live.error) {
    return (
      <Empty title={live.error.status === 404 ? 'Not found' : live.error.status === 403 ? 'Not allowed' : 'This could not be read'} icon="errors">
        <p>{live.error.message}</p>
        {live.error.status !== 404 && live.error.status !== 403 && <Button onClick={live.reload}>Try again</Button>}
      </Empty>
    );
  }
  return <p class="pending" role="status">{live.slow ? 'Loading …' : ''}</p>;
}

/** A page that keeps its last answer says that the newer one failed. */
export function Stale({ error }: { error?: ApiError }) {
  return error && error.status !== 401 && error.status !== 0 ? <p class="notice bad" role="status"><Icon name="errors" />{error.message}</p> : null;
}

export function Page({ title, tools, children, narrow }: { title: ComponentChildren; tools?: ComponentChildren; children: ComponentChildren; narrow?: boolean }) {
  return (
    <div class={narrow ? 'page narrow' : 'page'}>
      <header class="page-head">
        <h1 tabIndex={-1}>{title}</h1>
        {tools && <div class="tools">{tools}</div>}
      </header>
      {children}
    </div>
  );
}

export function CopyButton({ text, label, small }: { text: string; label: string; small?: boolean }) {
  const [copied, setCopied] = useState(false);
  return (
    <Button kind="quiet" small={small} icon={copied ? 'check' : 'copy'} label={copied ? 'Copied' : label} onClick={() => {
      void navigator.clipboard?.writeText(text).then(() => {
        setCopied(true);
        setTimeout(() => setCopied(false), 2_000);
      });
    }} />
  );
}
