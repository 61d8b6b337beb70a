import { useEffect, useRef, useState } from 'preact/hooks';
import { api, may } from '../access';
import { loadDrawing } from '../drawing';
import type { drawGraph, GraphNode } from '../graph';
import { useLive } from '../live';
import { address } from '../router';
import type { GraphView, TaskView } from '../types';
import { many, standing, titleOf } from '../words';
import { start } from '../parts/actions';
import { Button, Page, Pending, Stale } from '../parts/basics';

export function GraphPage({ id }: { id: number }) {
  const live = useLive<GraphView>(api(`tasks/${id}/graph`));
  const task = useLive<TaskView>(api(`tasks/${id}`)).data;
  const host = useRef<HTMLDivElement>(null);
  const [drawing, setDrawing] = useState<ReturnType<typeof drawGraph>>();
  const graph = live.data;
  const size = graph && `${graph.width} ${graph.height}`;
  useEffect(() => {
    let gone = false;
    if (graph && host.current) {
      void loadDrawing().then(module => {
        if (!gone && host.current) {
          setDrawing(module.drawGraph(host.current, graph.width, graph.height));
        }
      });
    }
    return () => { gone = true; };
  }, [size]);
  useEffect(() => {
    if (!drawing || !graph) {
      return;
    }
    drawing.update(
      graph.nodes.map((node): GraphNode => {
        const { word, tone } = standing({ state: node.state, outcome: node.outcome });
        const several = node.count !== undefined;
        return {
          id: node.id, title: several ? many(node.count!, 'task') : titleOf(node), sub: several ? '' : `${node.id} ${node.type}`, word, tone, href: several ? undefined : address(`tasks/${node.id}`),
          x: node.x, y: node.y, width: graph.nodeWidth, height: graph.nodeHeight, critical: node.critical, current: node.id === id,
        };
      }),
      graph.edges.map(edge => ({ points: edge.points, critical: edge.critical, broken: edge.kind === 'broken' })));
  }, [drawing, graph]);
  const title = task ? titleOf({ ...task, command: undefined }) : `Task ${id}`;
  return (
    <Page title={<>Graph of <a href={address(`tasks/${id}`)}>{title}</a></>} tools={
      <>
        {task?.actions.includes('retry') && <Button icon="retry" onClick={() => start('retryTree', { ...task, command: undefined })}>Retry with its dependents</Button>}
        {task?.actions.includes('cancel') && may('control') && <Button kind="danger" icon="cancelled" onClick={() => start('cancelTree', { ...task, command: undefined })}>Cancel the tree</Button>}
        <Button icon="plus" label="Larger" onClick={() => drawing?.zoom(0.8)} />
        <Button icon="minus" label="Smaller" onClick={() => drawing?.zoom(1.25)} />
        <Button onClick={() => drawing?.fit()}>Fit</Button>
      </>
    }>
      <Stale error={graph && live.error} />
      {!graph ? <Pending live={live} /> : (
        <>
          <p class="faint graph-note">{graph.collapsed ? 'Too many to draw each: tasks of a layer that are in one state are drawn as one.' : `${many(graph.nodes.length, 'task')}.`}
            {!graph.complete && ' There are more.'} The path that takes longest is drawn bold.</p>
          <div class="graph panel" ref={host} />
        </>
      )}
    </Page>
  );
}

