import { useState } from 'preact/hooks';
import { api, may } from '../access';
import { ApiError, post } from '../api';
import { jsonError } from '../json';
import { change } from '../live';
import { clock, readDuration } from '../time';
import type { TaskView } from '../types';
import { conflict } from './actions';
import { Button, Dialog, Input } from './basics';
import { say } from './toasts';

/** Changes a queued task: only what was changed is sent. */
export function EditDialog({ task, onClose }: { task: TaskView; onClose: () => void }) {
  const command = task.command?.line;
  const payload = !task.command && task.payload && !task.payload.truncated && (task.payload.kind === 'json' || task.payload.kind === 'text') ? (task.payload.text ?? '') : undefined;
  const [start] = useState({ priority: String(task.priority), group: task.group, label: task.label ?? '', payload, command });
  const [value, setValue] = useState({ priority: start.priority, group: start.group, label: start.label, delay: '', payload: start.payload ?? '', command: start.command ?? '' });
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
    if (value.payload !== (start.payload ?? '') && value.payload.trim() !== '') {
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
      notBefore: delay === undefined ? undefined : delay === 0 ? '' : new Date(clock.now.peek() + delay).toISOString(),
      payloadText: start.payload !== undefined && value.payload !== start.payload ? value.payload : undefined,
      command: start.command !== undefined && value.command !== start.command ? value.command : undefined,
    };
    try {
      await post(api(`tasks/${task.id}/edit`), body);
      say(`Task ${task.id} changed.`);
      change.value++;
      onClose();
    } catch (error) {
      const field = error instanceof ApiError ? error.problem.field : undefined;
      if (field && ['priority', 'group', 'label', 'notBefore', 'payload', 'payloadText', 'command'].includes(field)) {
        setErrors({ [field === 'payloadText' ? 'payload' : field]: (error as Error).message });
      } else {
        setProblem(conflict(task.id, error));
      }
    }
  };
  return (
    <Dialog title={`Edit task ${task.id}`} onClose={onClose} wide>
      <form class="form" onSubmit={submit} noValidate>
        <div class="field-row">
          <Input label="Label" error={errors['label']} data-first value={value.label} onValue={label => set({ label })} />
          <Input label="Group" error={errors['group']} value={value.group} onValue={group => set({ group })} />
          <Input label="Priority" error={errors['priority']} class="number" inputMode="numeric" value={value.priority} onValue={priority => set({ priority })} />
        </div>
        <Input label="Not before, from now" error={errors['notBefore']} hint="Empty leaves it as it is." wide placeholder="10m" value={value.delay} onValue={delay => set({ delay })} />
        {start.payload !== undefined && <Input label="Payload" error={errors['payload']} hint={task.approvals.some(each => each.status === 'approved') ? 'It was approved as it is: with another payload it asks again.' : undefined} wide area class="mono" rows={8} spellcheck={false} value={value.payload} onValue={payload => set({ payload })} />}
        {start.command !== undefined && may('viewPayloads') && <Input label="Command line" error={errors['command']} wide area class="mono" rows={4} spellcheck={false} value={value.command} onValue={command => set({ command })} />}
        {problem && <p class="field-error" role="alert">{problem}</p>}
        <footer class="dialog-foot"><Button onClick={onClose}>Cancel</Button><Button type="submit" kind="primary">Save</Button></footer>
      </form>
    </Dialog>
  );
}
