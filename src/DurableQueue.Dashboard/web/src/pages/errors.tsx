import { useState } from 'preact/hooks';
import { api, may } from '../access';
import { useAttention, useHeld } from '../held';
import { useLive } from '../live';
import { address } from '../router';
import type { ErrorGroup } from '../types';
import { count } from '../words';
import { Button, Empty, Page, Pending, Stale, Time } from '../parts/basics';
import { BulkDialog, retryAll } from '../parts/bulk';

/** The last failures, grouped by type and first line with its numbers left out. */
export function ErrorsPage() {
  const live = useLive<{ groups: ErrorGroup[]; searched: { rows: number; complete: boolean } }>(api('errors'));
  const [retrying, setRetrying] = useState<ErrorGroup>();
  const [held, attention] = useAttention();
  const { rows } = useHeld((live.data?.groups ?? []).map(each => ({ ...each, id: `${each.type}\n${each.firstLine}` })), held);
  return (
    <Page title="Errors">
      <Stale error={live.data && live.error} />
      {!live.data ? <Pending live={live} /> : rows.length === 0 ? <Empty title="Nothing has failed" icon="done" /> : (
        <div {...attention}>
          <table class="table">
            <caption class="hidden-text">Errors</caption>
            <thead><tr><th class="number">Tasks</th><th class="grow">Error</th><th>Type</th><th class="number">First</th><th class="number">Last</th><th class="number">Latest task</th><th class="box"><span class="hidden-text">Actions</span></th></tr></thead>
            <tbody>
              {rows.map(({ row, gone }) => (
                <tr key={row.id} data-row class={gone ? 'gone' : ''}>
                  <td class="number strong">{count(row.count)}</td>
                  <td class="grow"><a class="break mono" href={address('tasks', { q: row.q })}>{row.firstLine || '(no message)'}</a></td>
                  <td data-label="Type"><span class="break">{row.type}</span></td>
                  <td class="number" data-label="First"><Time at={row.first} /></td>
                  <td class="number" data-label="Last"><Time at={row.last} /></td>
                  <td class="number" data-label="Latest task"><a href={address(`tasks/${row.sample}`)}>{row.sample}</a></td>
                  <td class="box">{may('control') && may('bulk') && row.q.includes('error') && <Button small icon="retry" title={`Retry the tasks with this error`} onClick={() => setRetrying(row)}>Retry all</Button>}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p class="faint foot">Of the last {count(live.data.searched.rows)} failures{live.data.searched.complete ? '' : '; there are more'}.</p>
        </div>
      )}
      {retrying && <BulkDialog action={retryAll} q={retrying.q} onClose={() => setRetrying(undefined)} onDone={() => live.reload()} />}
    </Page>
  );
}
