import { useState } from 'preact/hooks';
import { api } from '../access';
import { ApiError, post } from '../api';
import { jsonError } from '../json';
import { change } from '../live';
import { readDuration } from '../time';
import type { TaskView } from '../types';
import { conflict } from './actions';
import { Button, Dialog, Field } from './basics';
import { say } from './toasts';

/** Changes a queued task: only what was changed is sent. */
export function EditDialog({ task, onClose }: { task: TaskView; onClose: () => void }) {
  const payload = task.payload && !task.payload.truncated && (task.payload.kind === 'json' || task.payload.kind === 'text') ? (task.payload.text ?? '') : undefined;
  const [start] = useState({ priority: String(task.priority), group: task.group, label: task.label ?? '', payload, json: task.payload?.kind === 'json' });
  const [value, setValue] = useState({ priority: start.priority, group: start.group, label: start.label, delay: '', payload: start.payload ?? '' });
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<string>();
  const set = (changes: Partial<typeof value>) => setValue({ ...value, ...changes });
  const submit = async (event: Event) => {
    event.preventDefault();
    const wrong: Record<string, string> = {};
    const delay = value.delay.trim() === '' ? undefined : readDuration(value.delay);
    if (!/^-?\d+$/.test(value.priority.trim())) {
      wrong['priority'] = 'Priority is a whole number.';
    }
    if (value.delay.trim() !== '' && delay === undefined) {
      wrong['notBefore'] = 'Write it like 90s, 5m or 1h30m; 0 lets it run at once.';
    }
    if (start.json && value.payload !== start.payload && value.payload.trim() !== '') {
      const text = jsonError(value.payload);
      if (text) {
        wrong['payload'] = text;
      }
    }
    setErrors(wrong);
    setProblem(undefined);
    if (Object.keys(wrong).length > 0) {
      return;
    }
    const body = {
      priority: value.priority !== start.priority ? Number(value.priority) : undefined,
      group: value.group !== start.group ? value.group.trim() : undefined,
      label: value.label !== start.label ? value.label : undefined,
      notBefore: delay === undefined ? undefined : new Date(Date.now() + delay).toISOString(),
      payload: start.payload !== undefined && value.payload !== start.payload ? value.payload : undefined,
    };
    try {
      await post(api(`tasks/${task.id}/edit`), body);
      say(`Task ${task.id} changed.`);
      change.value++;
      onClose();
    } catch (error) {
      const field = error instanceof ApiError ? error.problem.field : undefined;
      if (field && ['priority', 'group', 'label', 'notBefore', 'payload'].includes(field)) {
        setErrors({ [field]: (error as Error).message });
      } else {
        setProblem(conflict(task.id, error));
      }
    }
  };
  return (
    <Dialog title={`Edit task ${task.id}`} onClose={onClose} wide>
      <form class="form" onSubmit={submit} noValidate>
        <div class="field-row">
          <Field label="Label" error={errors['label']}>{props => <input {...props} data-first value={value.label} onInput={event => set({ label: event.currentTarget.value })} />}</Field>
          <Field label="Group" error={errors['group']}>{props => <input {...props} value={value.group} onInput={event => set({ group: event.currentTarget.value })} />}</Field>
          <Field label="Priority" error={errors['priority']}>{props => <input {...props} class="number" inputMode="numeric" value={value.priority} onInput={event => set({ priority: event.currentTarget.value })} />}</Field>
        </div>
        <Field label="Not before, from now" error={errors['notBefore']} hint="Empty leaves it as it is." wide>{props => <input {...props} placeholder="10m" value={value.delay} onInput={event => set({ delay: event.currentTarget.value })} />}</Field>
        {start.payload !== undefined && <Field label="Payload" error={errors['payload']} hint={task.approvals.some(each => each.status === 'approved') ? 'It was approved as it is: with another payload it asks again.' : undefined} wide>
          {props => <textarea {...props} class="mono" rows={8} spellcheck={false} value={value.payload} onInput={event => set({ payload: event.currentTarget.value })} />}
        </Field>}
        {problem && <p class="field-error" role="alert">{problem}</p>}
        <footer class="dialog-foot"><Button onClick={onClose}>Cancel</Button><Button type="submit" kind="primary">Save</Button></footer>
      </form>
    </Dialog>
  );
}
