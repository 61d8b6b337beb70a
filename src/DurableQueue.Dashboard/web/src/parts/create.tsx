import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { api } from '../access';
import { ApiError, get, messageOf, post } from '../api';
import { emptyDraft as empty, readDraft, type Draft } from '../draft';
import { jsonError } from '../json';
import { change } from '../live';
import { writeDuration } from '../time';
import type { Overview, TaskView, TypeView } from '../types';
import { Button, Check, Dialog, Field, Input } from './basics';
import { Choice } from './shell';
import { say } from './toasts';

interface Types {
  types: TypeView[];
  auto: boolean;
  commands: boolean;
}

const open = signal(false);
/** Kept while the page is: a login that ended, or an Escape too early, loses nothing. */
const draft = signal<Draft>(empty);

export function openCreate(like?: TaskView): void {
  if (like) {
    draft.value = {
      ...empty,
      kind: like.command ? 'command' : 'type',
      type: like.type,
      payload: like.payload?.kind === 'binary' || like.payload?.truncated ? '' : (like.payload?.text ?? ''),
      command: like.command?.line ?? like.command?.args?.join(' ') ?? '',
      group: like.group,
      label: like.label ?? '',
      priority: like.priority ? String(like.priority) : '',
      maxAttempts: String(like.maxAttempts),
      timeout: like.timeoutMs ? writeDuration(like.timeoutMs) : '',
      metadata: Object.entries(like.metadata ?? {}).map(([name, value]) => `${name}=${value}`).join('\n'),
    };
  }
  open.value = true;
}

export function CreateDialog({ overview }: { overview?: Overview }) {
  return open.value ? <CreateForm groups={overview?.groups.map(each => each.name) ?? ['default']} /> : null;
}

function CreateForm({ groups }: { groups: string[] }) {
  const [types, setTypes] = useState<Types>();
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<string>();
  const [sending, setSending] = useState(false);
  const value = draft.value;
  const set = (changes: Partial<Draft>) => {
    draft.value = { ...draft.value, ...changes };
    const rest = { ...errors };
    Object.keys(changes).forEach(name => delete rest[name]);
    setErrors(rest);
  };
  useEffect(() => {
    void get<Types>(api('types')).then(answer => {
      setTypes(answer);
      const shown = draft.peek();
      if (shown.type === '' && answer.types.length > 0) {
        draft.value = { ...shown, type: answer.types[0]!.name, payload: shown.payload || (answer.types[0]!.example ?? '') };
      }
    }, error => setProblem(messageOf(error)));
  }, []);

  const submit = async (event: Event) => {
    event.preventDefault();
    const read = readDraft(value);
    setErrors(read.errors);
    setProblem(undefined);
    if (!read.body) {
      return;
    }
    setSending(true);
    try {
      const { id, created } = await post<{ id: number; created?: boolean }>(api('tasks'), read.body);
      say(created === false ? `Nothing was created: task ${id} has this dedup key.` : `Task ${id} created.`);
      draft.value = { ...empty, kind: value.kind, type: value.type, group: value.group };
      open.value = false;
      change.value++;
    } catch (error) {
      const field = error instanceof ApiError ? error.problem.field : undefined;
      const mine = field && ({ delayMs: 'delay', notBefore: 'delay', timeoutMs: 'timeout', payloadText: 'payload' } as Record<string, string>)[field] || field;
      if (mine && mine in empty) {
        setErrors({ [mine]: messageOf(error) });
      } else {
        setProblem(messageOf(error));
      }
    } finally {
      setSending(false);
    }
  };
  const known = types?.types.find(each => each.name === value.type);
  const kinds: [string, string][] = [['type', 'Type'], ...(types?.auto ? [['auto', 'Auto'] as [string, string]] : []), ...(types?.commands ? [['command', 'Command'] as [string, string]] : [])];
  const more = value.delay || value.after || value.maxAttempts || value.timeout || value.metadata || value.dedupKey || value.estimate || value.stashed
    || ['delay', 'after', 'maxAttempts', 'timeout', 'metadata', 'dedupKey', 'estimate'].some(name => errors[name]);

  return (
    <Dialog title="Create a task" wide onClose={() => (open.value = false)}>
      <form class="form" onSubmit={submit} noValidate>
        {kinds.length > 1 && <Choice name="What runs" value={value.kind} options={kinds} onPick={kind => set({ kind: kind as Draft['kind'] })} />}
        {value.kind === 'type' && (
          <Field label="Type" error={errors['type']} hint={known?.description} wide>
            {props => (
              <>
                <input {...props} data-first list="types" autocomplete="off" value={value.type} onInput={event => {
                  const type = event.currentTarget.value;
                  const example = types?.types.find(each => each.name === type)?.example;
                  const old = types?.types.find(each => each.name === value.type)?.example;
                  set({ type, ...(example && (value.payload === '' || value.payload === old) ? { payload: example } : {}) });
                }} />
                <datalist id="types">{types?.types.map(each => <option key={each.name} value={each.name}>{each.description}</option>)}</datalist>
              </>
            )}
          </Field>
        )}
        {value.kind === 'command' ? (
          <Input label="Command line" error={errors['command']} hint="Run by a shell on the machine of a worker for commands." wide area data-first class="mono" rows={3} spellcheck={false} value={value.command} onValue={command => set({ command })} />
        ) : (
          <Field label="Payload" error={errors['payload']} hint={value.kind === 'auto' ? 'JSON, or plain text such as a prompt.' : 'JSON; leave it empty for none.'} wide>
            {props => <textarea {...props} class="mono" rows={5} spellcheck={false} value={value.payload} onInput={event => set({ payload: event.currentTarget.value })}
              onBlur={() => { const wrong = value.kind === 'type' && value.payload.trim() ? jsonError(value.payload) : undefined; if (wrong) { setErrors({ ...errors, payload: wrong }); } }} />}
          </Field>
        )}
        {value.kind === 'auto' && <RoutePreview payload={value.payload} group={value.group} />}
        <div class="field-row">
          <Field label="Group" error={errors['group']}>
            {props => <><input {...props} list="groups" autocomplete="off" value={value.group} onInput={event => set({ group: event.currentTarget.value })} /><datalist id="groups">{groups.map(name => <option key={name} value={name} />)}</datalist></>}
          </Field>
          <Input label="Label" error={errors['label']} autocomplete="off" value={value.label} onValue={label => set({ label })} />
          <Input label="Priority" error={errors['priority']} class="number" inputMode="numeric" placeholder="0" value={value.priority} onValue={priority => set({ priority })} />
        </div>
        <Check label="Needs approval before it runs" checked={value.requiresApproval} onChange={requiresApproval => set({ requiresApproval })} />
        <details class="more" open={Boolean(more)}>
          <summary>More settings</summary>
          <div class="field-row">
            <Input label="Delay" error={errors['delay']} placeholder="5m" value={value.delay} onValue={delay => set({ delay })} />
            <Input label="Timeout" error={errors['timeout']} placeholder="none" value={value.timeout} onValue={timeout => set({ timeout })} />
            <Input label="Attempts" error={errors['maxAttempts']} class="number" inputMode="numeric" placeholder="3" value={value.maxAttempts} onValue={maxAttempts => set({ maxAttempts })} />
          </div>
          <div class="field-row">
            <Input label="After tasks" error={errors['after']} placeholder="12, 15" value={value.after} onValue={after => set({ after })} />
            <Input label="Dedup key" error={errors['dedupKey']} autocomplete="off" value={value.dedupKey} onValue={dedupKey => set({ dedupKey })} />
            <Input label="Estimated cost" error={errors['estimate']} placeholder="0.25 usd" value={value.estimate} onValue={estimate => set({ estimate })} />
          </div>
          <Input label="Metadata" error={errors['metadata']} hint="One name=value a line." wide area class="mono" rows={2} spellcheck={false} value={value.metadata} onValue={metadata => set({ metadata })} />
          <Check label="Stash it: it waits until it is unstashed" checked={value.stashed} onChange={stashed => set({ stashed })} />
        </details>
        {problem && <p class="field-error" role="alert">{problem}</p>}
        <footer class="dialog-foot">
          <Button onClick={() => (open.value = false)}>Close</Button>
          <Button type="submit" kind="primary" disabled={sending}>Create</Button>
        </footer>
      </form>
    </Dialog>
  );
}

/** What the router would decide about the payload as it stands. */
function RoutePreview({ payload, group }: { payload: string; group: string }) {
  const [answer, setAnswer] = useState<{ type: string; reason?: string; confidence?: number }>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    if (payload.trim() === '') {
      setAnswer(undefined);
      setError(undefined);
      return;
    }
    let gone = false;
    const timer = setTimeout(() => {
      post<{ type: string; reason?: string; confidence?: number }>(api('route'), { payloadText: jsonError(payload) ? JSON.stringify(payload) : payload, group: group || undefined }).then(
        next => gone || (setAnswer(next), setError(undefined)), failure => gone || (setAnswer(undefined), setError(messageOf(failure))));
    }, 400);
    return () => { gone = true; clearTimeout(timer); };
  }, [payload, group]);
  return (
    <p class="route" aria-live="polite">
      {error ? <span class="error-text">{error}</span>
        : answer ? <>Would become <strong class="mono">{answer.type}</strong>{answer.confidence !== undefined && <span class="number faint"> {Math.round(answer.confidence * 100)} %</span>}{answer.reason && <span class="faint">: {answer.reason}</span>}</>
        : <span class="faint">The router picks the type from the payload.</span>}
    </p>
  );
}

