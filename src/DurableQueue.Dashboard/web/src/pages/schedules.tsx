import { useEffect, useState } from 'preact/hooks';
import { api, may } from '../access';
import { ApiError, messageOf, post } from '../api';
import { jsonError } from '../json';
import { change, useLive } from '../live';
import { address } from '../router';
import { exact, isZone } from '../time';
import { zoneName } from '../settings';
import type { ScheduleRun, ScheduleView } from '../types';
import { outcomeWord } from '../words';
import { Button, Check, Dialog, Empty, Field, Input, Menu, Page, Pending, Stale, Time } from '../parts/basics';
import { Icon } from '../parts/icon';
import { complain, say } from '../parts/toasts';

export function SchedulesPage() {
  const live = useLive<{ schedules: ScheduleView[] }>(api('schedules'));
  const [editing, setEditing] = useState<ScheduleView | 'new'>();
  const [pausing, setPausing] = useState<ScheduleView>();
  const schedules = live.data?.schedules ?? [];
  return (
    <Page title="Schedules" tools={may('schedules') && <Button icon="plus" onClick={() => setEditing('new')}>Add schedule</Button>}>
      <Stale error={live.data && live.error} />
      {!live.data ? <Pending live={live} /> : schedules.length === 0 ? (
        <Empty title="No schedules" icon="schedules"><p>A schedule creates a task at given times: every night, every 90 minutes, on the first of the month.</p>
          {may('schedules') && <Button icon="plus" onClick={() => setEditing('new')}>Add a schedule</Button>}</Empty>
      ) : (
        <ul class="tiles">
          {schedules.map(each => <ScheduleTile key={each.name} schedule={each} onEdit={() => setEditing(each)} onPause={() => setPausing(each)} />)}
        </ul>
      )}
      {editing && <ScheduleDialog schedule={editing === 'new' ? undefined : editing} onClose={() => setEditing(undefined)} />}
      {pausing && <PauseDialog schedule={pausing} onClose={() => setPausing(undefined)} />}
    </Page>
  );
}

function ScheduleTile({ schedule, onEdit, onPause }: { schedule: ScheduleView; onEdit: () => void; onPause: () => void }) {
  const [sending, setSending] = useState(false);
  const send = async (action: string, done: (answer: { id?: number }) => string) => {
    setSending(true);
    try {
      say(done(await post<{ id?: number }>(api(`schedules/${encodeURIComponent(schedule.name)}/${action}`))));
    } catch (error) {
      complain(messageOf(error));
    } finally {
      setSending(false);
      change.value++;
    }
  };
  return (
    <li class="panel tile" data-row data-schedule={schedule.name}>
      <div class="row-line">
        <h2 class="break">{schedule.name}</h2>
        {schedule.paused ? <span class="state held"><Icon name="pause" />Paused</span> : schedule.ended ? <span class="state faint"><Icon name="done" />Ended</span> : <span class="state plain"><Icon name="schedules" />On</span>}
        {may('schedules') && <Menu small label={`More for schedule ${schedule.name}`} items={[
          { name: 'Edit …', icon: 'edit', onPick: onEdit },
          { name: 'Remove', icon: 'trash', danger: true, onPick: () => void send('remove', () => `Schedule ${schedule.name} removed.`) },
        ]} />}
      </div>
      <p class="strong">{schedule.words}</p>
      <p class="faint"><span class="mono break">{schedule.cron}</span>{schedule.timeZone !== 'UTC' && ` in ${schedule.timeZone}`}{schedule.declared && ', declared in code'}</p>
      <p>Creates <span class="mono break">{schedule.task.type}</span>{schedule.task.group !== 'default' && <> in {schedule.task.group}</>}{schedule.task.label && <>, <span class="break">{schedule.task.label}</span></>}</p>
      {schedule.paused && <p class="why"><Icon name="pause" /><span class="why-text">Paused{schedule.pausedAt && <> <Time at={schedule.pausedAt} /></>}{schedule.pausedReason && <>: <span class="break">{schedule.pausedReason}</span></>}</span></p>}
      {schedule.consecutiveFailures > 0 && <p class="state bad"><Icon name="failed" />Failed {schedule.consecutiveFailures} times in a row{schedule.pauseAfterFailures > 0 && ` of ${schedule.pauseAfterFailures}`}</p>}
      {!schedule.paused && schedule.next.length > 0 && (
        <div class="next"><span class="faint">Next</span><ol>{schedule.next.map((at, index) => <li key={at}>{index === 0 ? <><Time at={at} /> <span class="faint number">{exact(Date.parse(at), zoneName.value).slice(0, 16)}</span></> : <span class="faint number">{exact(Date.parse(at), zoneName.value).slice(0, 16)}</span>}</li>)}</ol></div>
      )}
      <Runs runs={schedule.lastRuns} />
      {may('schedules') && (
        <div class="card-actions">
          {schedule.paused ? <Button small icon="retry" disabled={sending} onClick={() => void send('resume', () => `Schedule ${schedule.name} continues.`)}>Resume</Button>
            : <Button small icon="pause" disabled={sending} onClick={onPause}>Pause</Button>}
          <Button small icon="play" disabled={sending} onClick={() => void send('run', answer => `Task ${answer.id} created.`)}>Run now</Button>
        </div>
      )}
    </li>
  );
}

/** The last runs, oldest first, each a mark with its word. */
function Runs({ runs }: { runs: ScheduleRun[] }) {
  if (runs.length === 0) {
    return <p class="faint small-text">It has not run yet.</p>;
  }
  return (
    <ol class="runs" aria-label="Last runs">
      {[...runs].reverse().map(run => {
        const [tone, icon, word] = run.result !== 'enqueued' ? ['faint', 'cancelled', run.result]
          : run.outcome === undefined ? ['run', 'running', 'not finished'] : run.outcome === 'succeeded' ? ['good', 'done', 'done']
          : run.outcome === 'cancelled' || run.outcome === 'killed' ? ['faint', 'cancelled', outcomeWord(run.outcome)] : ['bad', 'failed', outcomeWord(run.outcome)];
        const text = `${exact(Date.parse(run.at), zoneName.value)}: ${word}${run.manual ? ', by hand' : ''}`;
        const mark = <span class={`state ${tone}`}><Icon name={icon} label={text} /></span>;
        return <li key={`${run.at} ${run.id}`} title={text}>{run.id ? <a href={address(`tasks/${run.id}`)} aria-label={text}>{mark}</a> : mark}</li>;
      })}
    </ol>
  );
}

function PauseDialog({ schedule, onClose }: { schedule: ScheduleView; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const [error, setError] = useState<string>();
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      await post(api(`schedules/${encodeURIComponent(schedule.name)}/pause`), { reason: reason || undefined });
      say(`Schedule ${schedule.name} is paused.`);
      change.value++;
      onClose();
    } catch (failure) {
      setError(messageOf(failure));
    }
  };
  return (
    <Dialog title={`Pause ${schedule.name}`} onClose={onClose}>
      <form class="form" onSubmit={submit}>
        <Input label="Reason (optional)" error={error} hint="Shown here, so that everybody knows why nothing comes." wide data-first maxLength={500} value={reason} onValue={setReason} />
        <footer class="dialog-foot"><Button onClick={onClose}>Cancel</Button><Button type="submit" kind="primary" icon="pause">Pause</Button></footer>
      </form>
    </Dialog>
  );
}

const missed: [string, string][] = [['fireOnce', 'once, when it can'], ['skip', 'not at all'], ['fireAll', 'each of them']];
const overlaps: [string, string][] = [['allow', 'create another'], ['skip', 'leave it out'], ['queue', 'wait for it']];

function ScheduleDialog({ schedule, onClose }: { schedule?: ScheduleView; onClose: () => void }) {
  const stored = schedule?.task.payload;
  const payload = stored?.kind === 'hidden' || stored?.kind === 'binary' || stored?.truncated ? undefined : (stored?.text ?? '');
  const [value, setValue] = useState({
    name: schedule?.name ?? '', cron: schedule?.cron ?? '0 3 * * *', timeZone: schedule?.timeZone ?? (Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'), type: schedule?.task.type ?? '', payload: payload ?? '',
    group: schedule?.task.group ?? 'default', label: schedule?.task.label ?? '', missed: schedule?.missed ?? 'fireOnce', overlap: schedule?.overlap ?? 'allow', pauseAfterFailures: String(schedule?.pauseAfterFailures ?? 0),
    requiresApproval: schedule?.task.requiresApproval ?? false,
  });
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [preview, setPreview] = useState<{ words: string; next: string[] }>();
  const [previewError, setPreviewError] = useState<string>();
  const set = (changes: Partial<typeof value>) => setValue({ ...value, ...changes });
  const isCommand = schedule?.task.type === 'command';

  useEffect(() => {
    let gone = false;
    const timer = setTimeout(() => {
      post<{ words: string; next: string[] }>(api('schedules/preview'), { cron: value.cron, timeZone: value.timeZone }).then(
        answer => gone || (setPreview(answer), setPreviewError(undefined)), error => gone || (setPreview(undefined), setPreviewError(messageOf(error))));
    }, 250);
    return () => { gone = true; clearTimeout(timer); };
  }, [value.cron, value.timeZone]);

  const submit = async (event: Event) => {
    event.preventDefault();
    const wrong: Record<string, string> = {};
    if (!value.name.trim()) wrong['name'] = 'Name the schedule.';
    if (!value.type.trim()) wrong['type'] = 'Name the type of its tasks.';
    if (!/^\d+$/.test(value.pauseAfterFailures.trim())) wrong['pauseAfterFailures'] = 'A whole number; 0 for never.';
    const text = value.payload.trim() && !isCommand ? jsonError(value.payload) : undefined;
    if (text) wrong['payload'] = text;
    setErrors(wrong);
    if (Object.keys(wrong).length > 0) {
      return;
    }
    const changed = !schedule || value.payload !== (payload ?? '');
    try {
      await post(api('schedules'), {
        name: value.name.trim(), cron: value.cron.trim(), timeZone: value.timeZone, replace: Boolean(schedule), missed: value.missed || undefined, overlap: value.overlap || undefined,
        pauseAfterFailures: Number(value.pauseAfterFailures), jitterMs: schedule?.jitterMs, startsAt: schedule?.startsAt, endsAt: schedule?.endsAt,
        task: {
          type: value.type.trim(), payloadText: changed && !isCommand && value.payload.trim() ? value.payload : undefined, group: value.group.trim() || undefined, label: value.label || undefined,
          requiresApproval: value.requiresApproval, priority: schedule?.task.priority, maxAttempts: schedule?.task.maxAttempts, timeoutMs: schedule?.task.timeoutMs, metadata: schedule?.task.metadata, dedupKey: schedule?.task.dedupKey,
        },
      });
      say(`Schedule ${value.name.trim()} ${schedule ? 'changed' : 'added'}.`);
      change.value++;
      onClose();
    } catch (error) {
      const field = error instanceof ApiError ? error.problem.field : undefined;
      setErrors({ [field && field in value ? field : field === 'payloadText' ? 'payload' : 'name']: messageOf(error) });
    }
  };
  const zones = typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : [];
  return (
    <Dialog title={schedule ? `Schedule ${schedule.name}` : 'Add a schedule'} wide onClose={onClose}>
      <form class="form" onSubmit={submit} noValidate>
        {!schedule ? <Input label="Name" error={errors['name']} wide data-first value={value.name} onValue={name => set({ name })} />
          : errors['name'] && <p class="field-error" role="alert">{errors['name']}</p>}
        <div class="field-row two">
          <Input label="When" error={errors['cron'] ?? previewError} hint={<>Five fields as cron has them, or <span class="mono">@every 90m</span>.</>} class="mono" spellcheck={false} value={value.cron} onValue={cron => set({ cron })} />
          <Field label="Time zone" error={errors['timeZone']}>{props => <><input {...props} list="schedule-zones" value={value.timeZone} onInput={event => set({ timeZone: event.currentTarget.value })} /><datalist id="schedule-zones"><option value="UTC" />{zones.map(name => <option key={name} value={name} />)}</datalist></>}</Field>
        </div>
        {preview && (
          <div class="preview" aria-live="polite">
            <p class="strong">{preview.words}</p>
            <ol>{preview.next.map((at, index) => {
              const zone = isZone(value.timeZone) ? value.timeZone : 'UTC';
              const shown = exact(Date.parse(at), zone);
              const before = index > 0 ? exact(Date.parse(preview.next[index - 1]!), zone) : shown;
              return <li key={at} class="number">{shown}{shown.split(' ')[2] !== before.split(' ')[2] && <span class="state held"> <Icon name="notBefore" />the clock has changed</span>}</li>;
            })}</ol>
          </div>
        )}
        <div class="field-row">
          <Input label="Type" error={errors['type']} value={value.type} disabled={isCommand} onValue={type => set({ type })} />
          <Input label="Group" error={errors['group']} value={value.group} onValue={group => set({ group })} />
          <Input label="Label" error={errors['label']} value={value.label} onValue={label => set({ label })} />
        </div>
        {!isCommand && (payload === undefined ? <p class="faint">Its payload stays as it is.</p>
          : <Input label="Payload" error={errors['payload']} wide area class="mono" rows={3} spellcheck={false} value={value.payload} onValue={payload => set({ payload })} />)}
        <div class="field-row">
          <Field label="Runs that were missed">{props => <select {...props} value={value.missed} onChange={event => set({ missed: event.currentTarget.value })}>{missed.map(([key, text]) => <option key={key} value={key}>{text}</option>)}</select>}</Field>
          <Field label="If the last one still runs">{props => <select {...props} value={value.overlap} onChange={event => set({ overlap: event.currentTarget.value })}>{overlaps.map(([key, text]) => <option key={key} value={key}>{text}</option>)}</select>}</Field>
          <Input label="Pause after failures" error={errors['pauseAfterFailures']} class="number" inputMode="numeric" value={value.pauseAfterFailures} onValue={pauseAfterFailures => set({ pauseAfterFailures })} />
        </div>
        <Check label="Each task needs approval before it runs" checked={value.requiresApproval} onChange={requiresApproval => set({ requiresApproval })} />
        {schedule?.declared && <p class="faint">It is declared in code: the application sets it again when its declaration changes.</p>}
        <footer class="dialog-foot"><Button onClick={onClose}>Cancel</Button><Button type="submit" kind="primary">{schedule ? 'Save' : 'Add'}</Button></footer>
      </form>
    </Dialog>
  );
}
