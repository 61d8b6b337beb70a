import { effect } from '@preact/signals';
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { api, may, meta } from './access';
import { startLive, useLive } from './live';
import { defaultQueue, here, start } from './router';
import { theme } from './settings';
import type { Meta, Overview } from './types';
import { ActionDialog } from './parts/actions';
import { Empty, Page, Pending } from './parts/basics';
import { CreateDialog, openCreate } from './parts/create';
import { links, Shell, startKeys } from './parts/shell';
import { Toasts } from './parts/toasts';
import { BoardPage } from './pages/board';
import { ApprovalsPage } from './pages/approvals';
import { BudgetsPage } from './pages/budgets';
import { ErrorsPage } from './pages/errors';
import { GraphPage } from './pages/graph';
import { GroupsPage } from './pages/groups';
import { ActionsPage, HealthPage } from './pages/health';
import { MetricsPage } from './pages/metrics';
import { SchedulesPage } from './pages/schedules';
import { TaskPage } from './pages/task';
import { TasksPage } from './pages/tasks';
import { WorkersPage } from './pages/workers';

function App() {
  const live = useLive<Meta>('api/meta', { still: Boolean(meta.value) });
  useEffect(() => {
    if (live.data) {
      defaultQueue.value = live.data.queues.some(each => each.name === 'default') ? 'default' : (live.data.queues[0]?.name ?? 'default');
      meta.value = live.data;
    }
  }, [live.data]);
  return meta.value ? <Ready /> : <main class="start"><Pending live={live} /></main>;
}

function Ready() {
  const overview = useLive<Overview>(api('overview'), { keep: true }).data;
  const { path } = here.value;
  useEffect(() => {
    const name = links.find(link => link.path === path)?.name ?? (path.startsWith('tasks/') ? `Task ${path.split('/')[1]}` : 'DurableQueue');
    document.title = `${name} · DurableQueue`;
  }, [path]);
  return (
    <>
      <Shell overview={overview}>{page(path, overview)}</Shell>
      <CreateDialog overview={overview} />
      <ActionDialog />
      <Toasts />
    </>
  );
}

function page(path: string, overview: Overview | undefined) {
  const task = /^tasks\/(\d+)(\/graph)?$/.exec(path);
  if (task) {
    if (task[2]) {
      return <GraphPage key={task[1]} id={Number(task[1])} />;
    }
    return <TaskPage key={task[1]} id={Number(task[1])} />;
  }
  switch (path) {
    case '': return <BoardPage overview={overview} />;
    case 'tasks': return <TasksPage overview={overview} />;
    case 'approvals': return <ApprovalsPage />;
    case 'schedules': return <SchedulesPage />;
    case 'budgets': return <BudgetsPage />;
    case 'metrics': return <MetricsPage />;
    case 'errors': return <ErrorsPage />;
    case 'health': return <HealthPage />;
    case 'actions': return <ActionsPage />;
    case 'groups': return <GroupsPage />;
    case 'workers': return <WorkersPage />;
    default: return <Page title="Not found"><Empty title="There is no such page" icon="errors"><a href={links[0]!.path || './'}>To the board</a></Empty></Page>;
  }
}

effect(() => {
  if (theme.value === 'system') {
    delete document.documentElement.dataset['theme'];
  } else {
    document.documentElement.dataset['theme'] = theme.value;
  }
});
start();
startLive();
startKeys(() => may('create') && openCreate());
render(<App />, document.getElementById('app')!);
