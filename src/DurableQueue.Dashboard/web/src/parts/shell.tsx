import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { may, meta } from '../access';
import { connection, root } from '../api';
import { change, streaming } from '../live';
import { address, defaultQueue, go, here, queue } from '../router';
import { paused, theme, timeStyle, zone } from '../settings';
import { exact, isZone } from '../time';
import type { Overview } from '../types';
import { count } from '../words';
import { start as act } from './actions';
import { Button, Dialog, Field } from './basics';
import { Icon } from './icon';

export interface PageLink {
  path: string;
  name: string;
  icon: string;
  key: string;
  section: 0 | 1 | 2;
}

export const links: PageLink[] = [
  { path: '', name: 'Board', icon: 'board', key: 'b', section: 0 },
  { path: 'tasks', name: 'Tasks', icon: 'tasks', key: 't', section: 0 },
  { path: 'approvals', name: 'Approvals', icon: 'approvals', key: 'a', section: 0 },
  { path: 'errors', name: 'Errors', icon: 'errors', key: 'e', section: 0 },
  { path: 'groups', name: 'Groups', icon: 'groups', key: 'g', section: 1 },
  { path: 'schedules', name: 'Schedules', icon: 'schedules', key: 's', section: 1 },
  { path: 'budgets', name: 'Budgets', icon: 'budgets', key: 'u', section: 1 },
  { path: 'workers', name: 'Workers', icon: 'workers', key: 'w', section: 1 },
  { path: 'metrics', name: 'Metrics', icon: 'metrics', key: 'm', section: 2 },
  { path: 'health', name: 'Health', icon: 'health', key: 'h', section: 2 },
  { path: 'actions', name: 'Actions', icon: 'actions', key: 'l', section: 2 },
];

const help = signal(false);
const settingsOpen = signal(false);
const menuOpen = signal(false);

export const openHelp = () => (help.value = true);

export function Shell({ overview, children }: { overview?: Overview; children: ComponentChildren }) {
  const path = here.value.path;
  const current = path.split('/')[0] ?? '';
  useEffect(() => { menuOpen.value = false; }, [path]);
  const all = links;
  const queues = meta.value?.queues ?? [];
  return (
    <>
      <a class="skip" href="#main" onClick={event => { event.preventDefault(); document.getElementById('main')?.focus(); }}>Skip to the content</a>
      <header class="top">
        <Button kind="quiet" icon={menuOpen.value ? 'cross' : 'menu'} label="Menu" expanded={menuOpen.value} onClick={() => (menuOpen.value = !menuOpen.value)} />
        <a class="brand" href={address('')}><Mark />DurableQueue</a>
        <LiveMark />
      </header>
      <nav class={menuOpen.value ? 'side open' : 'side'} aria-label="Pages">
        <a class="brand" href={address('')}><Mark />DurableQueue</a>
        {queues.length > 1 && (
          <label class="queue-pick"><span class="hidden-text">Queue</span>
            <select value={queue.value} onChange={event => go(new URL(event.currentTarget.value === defaultQueue.value ? path : `${path}?queue=${encodeURIComponent(event.currentTarget.value)}`, root).href)}>
              {queues.map(each => <option key={each.name} value={each.name}>{each.name}{each.readOnly ? ' (read only)' : ''}</option>)}
            </select>
          </label>
        )}
        {[0, 1, 2].filter(section => all.some(link => link.section === section)).map(section => (
          <ul key={section}>
            {all.filter(link => link.section === section).map(link => (
              <li key={link.path}>
                <a href={address(link.path)} aria-current={link.path === current ? 'page' : undefined}>
                  <Icon name={link.icon} />{link.name}
                  {link.path === 'approvals' && overview && overview.approvals.pending > 0 && <span class="badge number">{count(overview.approvals.pending)}</span>}
                  {link.path === 'health' && overview?.health && overview.health.status !== 'healthy' && <span class="state bad"><Icon name="errors" label={overview.health.status} /></span>}
                </a>
              </li>
            ))}
          </ul>
        ))}
        <div class="side-foot">
          <LiveMark />
          <div class="side-buttons">
            <Button kind="quiet" icon={paused.value ? 'play' : 'pause'} label={paused.value ? 'Continue updates' : 'Pause updates'} pressed={paused.value} onClick={() => (paused.value = !paused.value)} />
            <Button kind="quiet" icon="settings" label="Appearance and times" onClick={() => (settingsOpen.value = true)} />
            <Button kind="quiet" icon="help" label="Keyboard shortcuts" onClick={openHelp} />
          </div>
          {meta.value?.viewer.name && <p class="faint clip" title={meta.value.viewer.name}>{meta.value.viewer.name}</p>}
        </div>
      </nav>
      {menuOpen.value && <div class="side-shade" onClick={() => (menuOpen.value = false)} />}
      <main id="main" tabIndex={-1}>
        <Banners overview={overview} />
        {children}
      </main>
      {help.value && <HelpDialog onClose={() => (help.value = false)} />}
      {settingsOpen.value && <SettingsDialog onClose={() => (settingsOpen.value = false)} />}
    </>
  );
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" /><path d="M8 10h16M8 16h11M8 22h6" /><path d="m19 21 3 3 5-6" />
    </svg>
  );
}

function LiveMark() {
  const [word, tone] = paused.value ? ['Paused', 'held'] : connection.value === 'gone' ? ['Offline', 'bad'] : connection.value === 'unauthorized' ? ['Logged out', 'bad']
    : streaming.value === 'live' ? ['Live', 'good'] : streaming.value === 'polling' ? ['Polling', 'plain'] : ['Connecting', 'faint'];
  return <span class={`live ${tone}`} data-live={streaming.value}><i />{word}</span>;
}

function Banners({ overview }: { overview?: Overview }) {
  const shown = meta.value?.queues.find(each => each.name === queue.value);
  return (
    <div class="banners" role="status" aria-live="polite">
      {connection.value === 'unauthorized' && (
        <p class="banner bad"><Icon name="errors" /><span>You have been logged out. What you typed is still here.</span>
          <a class="button plain" href={location.href} target="_blank" rel="noopener">Log in again</a>
          <Button onClick={() => change.value++}>I have logged in</Button></p>
      )}
      {connection.value === 'gone' && <p class="banner bad"><Icon name="errors" /><span>The server does not answer. What you see may be old; the page continues by itself.</span></p>}
      {paused.value && <p class="banner"><Icon name="pause" /><span>Updates are paused.</span><Button small onClick={() => (paused.value = false)}>Continue</Button></p>}
      {shown?.readOnly && <p class="banner"><Icon name="help" /><span>This queue is read only here.</span></p>}
      {overview?.health && overview.health.status !== 'healthy' && (
        <p class={`banner ${overview.health.status === 'unhealthy' ? 'bad' : 'held'}`}><Icon name="errors" /><span>{overview.health.text}</span></p>
      )}
    </div>
  );
}

function HelpDialog({ onClose }: { onClose: () => void }) {
  const keys: [string, string][] = [
    ['/', 'Query'], ['j  k', 'Next, previous'], ['x', 'Select'], ['Enter', 'Open'], ['c', 'Create a task'], ['r', 'Retry'], ['p', 'Pause updates'], ['?', 'This list'], ['Esc', 'Close'],
  ];
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <div class="keys">
        <dl>{keys.map(([key, text]) => <div key={key}><dt>{key.split('  ').map(each => <kbd key={each}>{each}</kbd>)}</dt><dd>{text}</dd></div>)}</dl>
        <dl>{links.map(link => <div key={link.key}><dt><kbd>g</kbd><kbd>{link.key}</kbd></dt><dd>{link.name}</dd></div>)}</dl>
      </div>
    </Dialog>
  );
}

function SettingsDialog({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState(zone.value);
  const choice = zone.value === 'local' || zone.value === 'UTC' ? zone.value : 'other';
  const browser = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const server = meta.value?.timeZone;
  const zones = typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : [];
  return (
    <Dialog title="Appearance and times" onClose={onClose}>
      <div class="form">
        <Choice name="Theme" value={theme.value} options={[['system', 'System'], ['light', 'Light'], ['dark', 'Dark']]} onPick={value => (theme.value = value as 'system')} />
        <Choice name="Times" value={timeStyle.value} options={[['relative', 'Relative'], ['exact', 'Exact']]} onPick={value => (timeStyle.value = value as 'relative')} />
        <Choice name="Time zone" value={choice} options={[['local', `Local (${browser})`], ['UTC', 'UTC'], ['other', 'Another']]}
          onPick={value => { zone.value = value === 'other' ? (server && server !== 'UTC' && isZone(server) ? server : 'Europe/London') : value; setTyped(zone.value); }} />
        {choice === 'other' && (
          <Field label="Zone" error={isZone(typed) ? undefined : 'No time zone has this name.'} wide>
            {props => <input {...props} list="zones" value={typed} onInput={event => { setTyped(event.currentTarget.value); if (isZone(event.currentTarget.value)) { zone.value = event.currentTarget.value; } }} />}
          </Field>
        )}
        <datalist id="zones">{zones.map(name => <option key={name} value={name} />)}</datalist>
        <p class="faint">Now: <span class="number">{exact(Date.now(), zone.value === 'local' ? undefined : zone.value)}</span>{meta.value && <> · version {meta.value.version}</>}</p>
      </div>
    </Dialog>
  );
}

export function Choice({ name, value, options, onPick }: { name: string; value: string; options: [string, string][]; onPick: (value: string) => void }) {
  return (
    <fieldset class="choice"><legend>{name}</legend>
      <div class="tabs">{options.map(([key, text]) => <button key={key} type="button" aria-pressed={value === key} onClick={() => onPick(key)}>{text}</button>)}</div>
    </fieldset>
  );
}

let prefix = 0;

/** The keys of the whole page. Those that type into something, and those of an open dialog, are not ours. */
export function startKeys(create: () => void): void {
  document.addEventListener('keydown', event => {
    const target = event.target as HTMLElement;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')
      || target.closest('input:not([type=checkbox]), textarea, select, [contenteditable], [role=menu]')) {
      return;
    }
    if (prefix && Date.now() - prefix < 1_500) {
      prefix = 0;
      const link = links.find(each => each.key === event.key);
      if (link) {
        event.preventDefault();
        go(address(link.path));
        return;
      }
    }
    prefix = 0;
    switch (event.key) {
      case 'g': prefix = Date.now(); break;
      case '?': openHelp(); break;
      case '/': press(event, document.querySelector<HTMLInputElement>('[data-query]'), field => { field.focus(); field.select(); }); break;
      case 'p': paused.value = !paused.value; break;
      case 'c': event.preventDefault(); create(); break;
      case 'j': move(event, 1); break;
      case 'k': move(event, -1); break;
      case 'x': press(event, row()?.querySelector<HTMLElement>('input[type=checkbox]'), box => box.click()); break;
      case 'r': {
        const id = Number(row()?.dataset['task']);
        if (id && may('control')) {
          event.preventDefault();
          // Whether its state allows it, the server knows, and says what it is.
          act('retry', { id, type: '', state: 'failed', holds: [] });
        } else {
          press(event, document.querySelector<HTMLElement>('[data-retry]'), button => button.click());
        }
        break;
      }
    }
  });
}

function press<T extends HTMLElement>(event: KeyboardEvent, element: T | null | undefined, action: (element: T) => void): void {
  if (element) {
    event.preventDefault();
    action(element);
  }
}

function row(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>('[data-row]') ?? null;
}

/** Moves to the link of the next row: Enter opens it. */
function move(event: KeyboardEvent, step: number): void {
  const all = [...document.querySelectorAll<HTMLElement>('[data-row]')].filter(each => each.offsetParent !== null);
  const index = row() ? all.indexOf(row()!) : step > 0 ? -1 : all.length;
  const next = all[index + step];
  if (next) {
    event.preventDefault();
    next.querySelector<HTMLElement>('a[href]')?.focus();
    next.scrollIntoView({ block: 'nearest' });
  }
}
