import { useState } from 'preact/hooks';
import { api, may } from '../access';
import { ApiError, messageOf, post } from '../api';
import { change, useLive } from '../live';
import { quote } from '../query';
import { address } from '../router';
import type { GroupView } from '../types';
import { count, many } from '../words';
import { Button, Check, Dialog, Empty, Input, Menu, Page, Pending, Stale, Time } from '../parts/basics';
import { Icon } from '../parts/icon';
import { complain, say } from '../parts/toasts';

export function GroupsPage() {
  const live = useLive<{ groups: GroupView[] }>(api('groups'));
  const [editing, setEditing] = useState<GroupView | 'new'>();
  const groups = live.data?.groups ?? [];
  return (
    <Page title="Groups" tools={may('groups') && <Button icon="plus" onClick={() => setEditing('new')}>Add group</Button>}>
      <Stale error={live.data && live.error} />
      {!live.data ? <Pending live={live} /> : groups.length === 0 ? <Empty title="No groups yet" icon="groups"><p>A group appears with its first task. It limits how many of its tasks run at once.</p></Empty> : (
        <table class="table cards-on-phone">
          <caption class="hidden-text">Groups</caption>
          <thead><tr><th class="grow">Group</th><th>State</th><th class="number">Running</th><th class="number">Ready</th><th class="number">Oldest ready</th><th class="number">Delayed</th><th class="number">Blocked</th><th class="number">Approval</th><th class="number">Failed</th><th class="box"><span class="hidden-text">Actions</span></th></tr></thead>
          <tbody>{groups.map(group => <GroupRow key={group.name} group={group} onEdit={() => setEditing(group)} />)}</tbody>
        </table>
      )}
      {editing && <GroupDialog group={editing === 'new' ? undefined : editing} onClose={() => setEditing(undefined)} />}
    </Page>
  );
}

function GroupRow({ group, onEdit }: { group: GroupView; onEdit: () => void }) {
  const [sending, setSending] = useState(false);
  const send = async (path: string, body: unknown, done: string) => {
    setSending(true);
    try {
      await post(api(`groups/${encodeURIComponent(group.name)}${path}`), body);
      say(done);
    } catch (error) {
      complain(messageOf(error));
    } finally {
      setSending(false);
      change.value++;
    }
  };
  const full = group.parallelism !== undefined && group.running >= group.parallelism;
  const number = (value: number | undefined, status: string) => (value === undefined ? <span class="faint">–</span>
    : value === 0 ? <span class="faint">0</span> : <a href={address('tasks', { q: `group=${quote(group.name)} and status=${status}` })}>{count(value)}</a>);
  return (
    <tr data-row data-group={group.name}>
      <td class="grow"><a class="strong break" href={address('', { group: group.name })}>{group.name}</a>
        {group.pauseOnFailure && <span class="faint small-text"> pauses on failure</span>}</td>
      <td class="nowrap" data-label="State">
        {group.paused ? <span class="state held"><Icon name="pause" />Paused</span>
          : group.overBudget ? <span class="state held"><Icon name="budget" />Over budget</span>
          : full ? <span class="state run"><Icon name="running" />Full</span>
          : <span class="state plain"><Icon name="play" />Open</span>}
      </td>
      <td class="number" data-label="Running">
        <span class="meter-cell">
          {group.parallelism !== undefined && <meter min={0} max={Math.max(1, group.parallelism)} value={Math.min(group.running, group.parallelism)} aria-label={`${group.running} of ${group.parallelism} places taken`} />}
          <span>{count(group.running)}<span class="faint">{group.parallelism === undefined ? ', no limit' : ` of ${count(group.parallelism)}`}{group.waiting > 0 && `, ${count(group.waiting)} waiting`}</span></span>
        </span>
      </td>
      <td class="number" data-label="Ready">{number(group.ready, 'ready')}</td>
      <td class="number" data-label="Oldest ready"><Time at={group.oldestReadyAt} /></td>
      <td class="number" data-label="Delayed">{number(group.delayed, 'not-before')}</td>
      <td class="number" data-label="Blocked">{number(group.blocked, 'dependencies')}</td>
      <td class="number" data-label="Approval">{number(group.awaitingApproval, 'approval')}</td>
      <td class="number" data-label="Failed">{number(group.counts.failed, 'failed')}</td>
      <td class="box nowrap">
        {may('groups') && (
          <span class="row-tools">
            <Button small disabled={sending} icon={group.paused ? 'play' : 'pause'} title={`${group.paused ? 'Resume' : 'Pause'} ${group.name}`}
              onClick={() => void send('', { paused: !group.paused }, `Group ${group.name} ${group.paused ? 'continues' : 'is paused'}.`)}>{group.paused ? 'Resume' : 'Pause'}</Button>
            <Menu small label={`More for group ${group.name}`} items={[
              { name: 'Edit …', icon: 'edit', onPick: onEdit },
              ...(group.name !== 'default' ? [{ name: 'Remove', icon: 'trash', danger: true, onPick: () => void send('/remove', {}, `Group ${group.name} removed.`) }] : []),
            ]} />
          </span>
        )}
      </td>
    </tr>
  );
}

function GroupDialog({ group, onClose }: { group?: GroupView; onClose: () => void }) {
  const [name, setName] = useState(group?.name ?? '');
  const [limit, setLimit] = useState(group?.parallelism === undefined ? '' : String(group.parallelism));
  const [onFailure, setOnFailure] = useState(group?.pauseOnFailure ?? false);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const submit = async (event: Event) => {
    event.preventDefault();
    if (name.trim() === '') {
      setErrors({ name: 'Name the group.' });
      return;
    }
    if (limit.trim() !== '' && !/^\d+$/.test(limit.trim())) {
      setErrors({ parallelism: 'A whole number, or nothing for no limit.' });
      return;
    }
    try {
      await post(api(`groups/${encodeURIComponent(name.trim())}`), { parallelism: limit.trim() === '' ? 0 : Number(limit), pauseOnFailure: onFailure });
      say(group ? `Group ${name} changed.` : `Group ${name.trim()} added.`);
      change.value++;
      onClose();
    } catch (error) {
      setErrors({ [(error instanceof ApiError && error.problem.field === 'parallelism') ? 'parallelism' : 'name']: messageOf(error) });
    }
  };
  return (
    <Dialog title={group ? `Group ${group.name}` : 'Add a group'} onClose={onClose}>
      <form class="form" onSubmit={submit} noValidate>
        {!group && <Input label="Name" error={errors['name']} wide data-first maxLength={128} value={name} onValue={setName} />}
        <Input label="Tasks at once" error={errors['parallelism']} hint="Empty: no limit." wide data-first={group ? true : undefined} class="number" inputMode="numeric" value={limit} onValue={setLimit} />
        <Check label="Pause the group when one of its tasks fails for good" checked={onFailure} onChange={setOnFailure} />
        {group && errors['name'] && <p class="field-error" role="alert">{errors['name']}</p>}
        {group && group.parallelism !== undefined && Number(limit) < group.running && limit !== '' && <p class="faint">{many(group.running, 'task')} run now; they end first.</p>}
        <footer class="dialog-foot"><Button onClick={onClose}>Cancel</Button><Button type="submit" kind="primary">{group ? 'Save' : 'Add'}</Button></footer>
      </form>
    </Dialog>
  );
}
