import { useState } from 'preact/hooks';
import { api } from '../access';
import { ApiError, messageOf, post } from '../api';
import { change } from '../live';
import type { ApprovalView } from '../types';
import { Button, Dialog, Input } from './basics';
import { say } from './toasts';

/** Approves with a note, or rejects with a reason. */
export function Decide({ request, small }: { request: ApprovalView; small?: boolean }) {
  const [asking, setAsking] = useState<'approve' | 'reject'>();
  return (
    <span class="row-tools">
      <Button small={small} kind="primary" icon="check" title={`Approve request ${request.id}`} onClick={() => setAsking('approve')}>Approve</Button>
      <Button small={small} kind="danger" icon="cross" title={`Reject request ${request.id}`} onClick={() => setAsking('reject')}>Reject</Button>
      {asking && <DecideDialog request={request} action={asking} onClose={() => setAsking(undefined)} />}
    </span>
  );
}

function DecideDialog({ request, action, onClose }: { request: ApprovalView; action: 'approve' | 'reject'; onClose: () => void }) {
  const [text, setText] = useState('');
  const [error, setError] = useState<string>();
  const [sending, setSending] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (action === 'reject' && text.trim() === '') {
      setError('Say why: the reason is kept with the request.');
      return;
    }
    setSending(true);
    try {
      await post(api(`approvals/${request.id}/${action}`), action === 'approve' ? { note: text || undefined } : { reason: text });
      say(`${request.what} of task ${request.taskId} ${action === 'approve' ? 'approved' : 'rejected'}.`);
      onClose();
    } catch (failure) {
      setError(failure instanceof ApiError && failure.status === 409 ? `Nothing was decided. ${failure.message}` : messageOf(failure));
      setSending(false);
    } finally {
      change.value++;
    }
  };
  return (
    <Dialog title={`${action === 'approve' ? 'Approve' : 'Reject'} ${request.what}`} onClose={onClose}>
      <form class="form" onSubmit={submit}>
        <p>Task <span class="number">{request.taskId}</span>, <span class="break">{request.label ?? request.taskType}</span></p>
        {request.arguments?.text && <pre class="mono wrap command" tabIndex={0}>{request.arguments.text}</pre>}
        <Input label={action === 'approve' ? 'Note (optional)' : 'Reason'} error={error} wide area data-first rows={2} maxLength={4096} value={text} onValue={setText} />
        <footer class="dialog-foot">
          <Button onClick={onClose}>Decide later</Button>
          <Button type="submit" kind={action === 'approve' ? 'primary' : 'danger'} disabled={sending}>{action === 'approve' ? 'Approve' : 'Reject'}</Button>
        </footer>
      </form>
    </Dialog>
  );
}
