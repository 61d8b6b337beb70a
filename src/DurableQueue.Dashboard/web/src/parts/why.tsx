import { useState } from 'preact/hooks';
import { api, may } from '../access';
import { messageOf, post } from '../api';
import { change } from '../live';
import { address } from '../router';
import type { TaskRow, Why } from '../types';
import { actions, start } from './actions';
import { Button, Time } from './basics';
import { holdIcon } from '../words';
import { Icon } from './icon';
import { complain, say } from './toasts';

const icons: Record<string, string> = {
  'group-paused': 'pause', 'group-full': 'groups', 'no-worker': 'worker', budget: 'budget', approval: 'approval', dependencies: 'dependencies',
  'not-before': 'notBefore', stashed: 'stashed', ready: 'queued', doomed: 'failed',
};

/** Why a task does not run, in one sentence, and the way out as a button where there is one. */
export function WhyLine({ why, task, small, without }: {
  why: Why; task: Omit<TaskRow, 'command'> & { command?: unknown }; small?: boolean; without?: string[];
}) {
  return (
    <div class={small ? 'why small' : 'why'}>
      <Icon name={icons[why.code] ?? holdIcon(why.code)} />
      <span class="why-text">
        {why.text}
        {why.until && <> · <Time at={why.until} /></>}
        {!small && why.tasks && why.tasks.length > 0 && (
          <> {why.tasks.slice(0, 8).map(id => <a key={id} class="number" href={address(`tasks/${id}`)}>{id}</a>)}{why.tasks.length > 8 && '…'}</>
        )}
      </span>
      {!(why.remedy && without?.includes(why.remedy.action)) && <Remedy why={why} task={task} small={small} />}
    </div>
  );
}

function Remedy({ why, task, small }: { why: Why; task: Omit<TaskRow, 'command'> & { command?: unknown }; small?: boolean }) {
  const [sending, setSending] = useState(false);
  const remedy = why.remedy;
  if (!remedy) {
    return null;
  }
  if (remedy.action === 'resumeGroup') {
    const group = why.group ?? task.group;
    return may('groups') ? (
      <Button small={small} disabled={sending} onClick={async () => {
        setSending(true);
        try {
          await post(api(`groups/${encodeURIComponent(group)}`), { paused: false });
          say(`Group ${group} continues.`);
        } catch (error) {
          complain(messageOf(error));
        } finally {
          setSending(false);
          change.value++;
        }
      }}>{capital(remedy.label)}</Button>
    ) : null;
  }
  const action = actions[remedy.action];
  return action && may(action.permission) ? <Button small={small} onClick={() => start(remedy.action, task)}>{capital(remedy.label)}</Button> : null;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
