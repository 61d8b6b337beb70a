import { api } from '../access';
import { parameters } from '../api';
import { useHeld, useAttention } from '../held';
import { useLive } from '../live';
import { address, go, here } from '../router';
import type { ApprovalView } from '../types';
import { Button, Empty, Page, Pending, Stale, Time } from '../parts/basics';
import { ContentBox } from '../parts/content';
import { Decide } from '../parts/decide';
import { Icon } from '../parts/icon';

interface Approvals {
  approvals: ApprovalView[];
  next?: string;
}

const states: [string, string][] = [['pending', 'Pending'], ['approved', 'Approved'], ['rejected', 'Rejected'], ['expired', 'Expired'], ['withdrawn', 'Withdrawn'], ['all', 'All']];
const tones: Record<string, [string, string]> = { pending: ['held', 'approval'], approved: ['good', 'done'], rejected: ['bad', 'failed'], expired: ['faint', 'notBefore'], withdrawn: ['faint', 'cancelled'] };

export function ApprovalsPage() {
  const state = here.value.search.get('state') ?? 'pending';
  const cursor = here.value.search.get('cursor') ?? '';
  const live = useLive<Approvals>(api(`approvals${parameters({ state: state === 'all' ? undefined : state, cursor })}`));
  const [held, attention] = useAttention();
  const { rows, waiting } = useHeld(live.data?.approvals ?? [], held);
  return (
    <Page title="Approvals" narrow>
      <div class="chips presets">
        {states.map(([key, name]) => <a key={key} class="chip" href={address('approvals', { state: key === 'pending' ? undefined : key })} aria-current={key === state ? 'true' : undefined}>{name}</a>)}
      </div>
      <Stale error={live.data && live.error} />
      {!live.data ? <Pending live={live} /> : rows.length === 0 ? (
        <Empty title={state === 'pending' ? 'Nothing waits for a decision' : 'No requests'} icon="approvals">
          {state === 'pending' && <p>A task that needs approval before it runs, or a handler that asks for permission, appears here.</p>}
        </Empty>
      ) : (
        <ul class="stack" {...attention}>
          {rows.map(({ row, gone }) => (
            <li key={row.id} class={`panel request${gone ? ' gone' : ''}`} data-row data-request={row.id}>
              <div class="row-line">
                <span class={`state ${tones[row.status]?.[0] ?? 'faint'}`}><Icon name={tones[row.status]?.[1] ?? 'approval'} />{row.status === 'pending' ? (row.inRun ? 'Asks while it runs' : 'Before it runs') : row.status}</span>
                <h2 class="break">{row.what}</h2>
                {row.status === 'pending' && !gone && row.mayDecide && <Decide request={row} />}
              </div>
              <p class="faint">
                <a href={address(`tasks/${row.taskId}`)}><span class="number">{row.taskId}</span> <span class="break">{row.label ?? row.taskType}</span></a>
                {' '}in {row.group}, asked <Time at={row.requestedAt} />
                {row.status === 'pending' && row.expiresAt && <>, expires <Time at={row.expiresAt} /></>}
                {row.gates.length > 0 && <>, because of {row.gates.join(', ')}</>}
              </p>
              {row.arguments && row.arguments.size > 0 && <ContentBox content={row.arguments} name="arguments" />}
              {row.status === 'pending' ? (
                <p class="faint small-text">{row.approvers ? <>May be decided by <span class="break">{row.approvers.join(', ')}</span>.</> : 'Anybody who may approve can decide.'}</p>
              ) : (
                <p>{row.decidedBy ? <><strong class="break">{row.decidedBy}</strong>, </> : ''}<Time at={row.decidedAt} />{row.note && <>: <span class="break">{row.note}</span></>}{row.outdated && <span class="faint"> (of an earlier run)</span>}</p>
              )}
            </li>
          ))}
        </ul>
      )}
      {live.data && (
        <nav class="pager" aria-label="Pages of the list">
          {waiting > 0 && <span class="new">{waiting} new</span>}
          <span class="push" />
          {cursor && <Button icon="left" onClick={() => history.back()}>Earlier page</Button>}
          {live.data.next && <Button onClick={() => go(address('approvals', { state: state === 'pending' ? undefined : state, cursor: live.data!.next }))}>Next page<Icon name="right" /></Button>}
        </nav>
      )}
    </Page>
  );
}
