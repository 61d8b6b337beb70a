// Loaded when the first graph or chart is shown. Draws with the DOM alone: positions are attributes of SVG, colours are classes.

const svg = 'http://www.w3.org/2000/svg';

function element(name: string, attributes: Record<string, string | number>, ...children: (Node | string)[]): SVGElement {
  const made = document.createElementNS(svg, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, String(value));
  }
  made.append(...children);
  return made;
}

export interface GraphNode {
  id: number;
  /** The tasks of a layer that is drawn as one. */
  count?: number;
  title: string;
  sub: string;
  word: string;
  tone: string;
  href?: string;
  x: number;
  y: number;
  width: number;
  height: number;
  critical: boolean;
  current: boolean;
}

export interface GraphEdge {
  points: { x: number; y: number }[];
  critical: boolean;
  broken: boolean;
}

/** Draws tasks and what they wait for; a drag moves it, the wheel with Ctrl or the buttons zoom. Answers the function that draws the next state. */
export function drawGraph(host: HTMLElement, width: number, height: number) {
  const edges = element('g', {});
  const nodes = element('g', {});
  const picture = element('svg', { role: 'group', 'aria-label': 'Graph of tasks', tabindex: 0 },
    element('defs', {},
      element('marker', { id: 'arrow', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: 'userSpaceOnUse', orient: 'auto' }, element('path', { d: 'M0 0 8 4 0 8z' }))),
    edges, nodes) as SVGSVGElement;
  host.replaceChildren(picture);
  const view = { x: -16, y: -16, width: 0, height: 0 };
  const apply = () => picture.setAttribute('viewBox', `${view.x} ${view.y} ${view.width} ${view.height}`);
  const fit = (smallest = Infinity) => {
    const box = host.getBoundingClientRect();
    // Never larger than life.
    const scale = Math.min(Math.max((width + 32) / box.width, (height + 32) / box.height, 1), smallest);
    view.width = box.width * scale;
    view.height = box.height * scale;
    view.x = Math.max(-16, (width - view.width) / 2);
    view.y = -16;
    if (view.width > width) {
      view.x = (width - view.width) / 2;
    }
    apply();
  };
  const zoom = (factor: number, at?: { x: number; y: number }) => {
    const center = at ?? { x: view.x + view.width / 2, y: view.y + view.height / 2 };
    view.x = center.x - (center.x - view.x) * factor;
    view.y = center.y - (center.y - view.y) * factor;
    view.width *= factor;
    view.height *= factor;
    apply();
  };
  picture.addEventListener('wheel', event => {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const box = picture.getBoundingClientRect();
      zoom(event.deltaY > 0 ? 1.15 : 0.87, { x: view.x + ((event.clientX - box.left) / box.width) * view.width, y: view.y + ((event.clientY - box.top) / box.height) * view.height });
    }
  }, { passive: false });
  let drag: { x: number; y: number } | undefined;
  picture.addEventListener('pointerdown', event => (drag = { x: event.clientX, y: event.clientY }));
  picture.addEventListener('pointermove', event => {
    if (drag && event.buttons) {
      const scale = view.width / picture.getBoundingClientRect().width;
      view.x -= (event.clientX - drag.x) * scale;
      view.y -= (event.clientY - drag.y) * scale;
      drag = { x: event.clientX, y: event.clientY };
      apply();
    }
  });
  window.addEventListener('pointerup', () => (drag = undefined));
  picture.addEventListener('keydown', event => {
    const step = ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as Record<string, number[]>)[event.key];
    if (step) {
      event.preventDefault();
      view.x += step[0]! * view.width / 10;
      view.y += step[1]! * view.height / 10;
      apply();
    } else if (event.key === '+' || event.key === '-') {
      zoom(event.key === '+' ? 0.8 : 1.25);
    }
  });
  // At first what can be read, around the task that was asked for; the button shows all of it.
  fit(1.3);
  let placed = false;

  const update = (all: GraphNode[], lines: GraphEdge[]) => {
    const current = all.find(node => node.current);
    if (!placed && current) {
      placed = true;
      if (view.width < width) {
        view.x = Math.min(Math.max(-16, current.x + current.width / 2 - view.width / 2), width + 16 - view.width);
      }
      if (view.height < height) {
        view.y = Math.min(Math.max(-16, current.y - view.height / 2), height + 16 - view.height);
      }
      apply();
    }
    const focused = (document.activeElement as Element | null)?.getAttribute('data-node');
    edges.replaceChildren(...lines.map(line => element('path', {
      d: line.points.map(({ x, y }, index) => {
        const before = line.points[index - 1];
        return before ? `C${(before.x + x) / 2} ${before.y} ${(before.x + x) / 2} ${y} ${x} ${y}` : `M${x} ${y}`;
      }).join(''),
      class: `edge${line.critical ? ' critical' : ''}${line.broken ? ' broken' : ''}`, 'marker-end': 'url(#arrow)',
    })));
    nodes.replaceChildren(...all.map(node => {
      const cut = (text: string, size: number) => {
        const letters = Math.floor((node.width - 36) / size);
        return text.length > letters ? `${text.slice(0, letters - 1)}…` : text;
      };
      const box = element(node.href ? 'a' : 'g', {
        class: `node ${node.tone}${node.critical ? ' critical' : ''}${node.current ? ' current' : ''}`, 'data-node': node.id, ...(node.href ? { href: node.href } : {}),
      },
        element('title', {}, `${node.title}\n${node.word} · ${node.sub}`),
        element('rect', { x: node.x, y: node.y, width: node.width, height: node.height, rx: 6 }),
        element('path', { class: 'mark', transform: `translate(${node.x + 8} ${node.y + 8})`, d: marks[node.tone] ?? marks['plain']! }),
        element('text', { x: node.x + 30, y: node.y + 20, class: 'title' }, cut(node.title, 8)),
        element('text', { x: node.x + 30, y: node.y + 37 }, cut(node.sub ? `${node.word} · ${node.sub}` : node.word, 6.4)));
      return box;
    }));
    if (focused) {
      nodes.querySelector<SVGElement>(`[data-node="${CSS.escape(focused)}"]`)?.focus();
    }
  };
  return { update, fit, zoom };
}

const marks: Record<string, string> = {
  plain: 'M8 2.5a5.5 5.5 0 1 0 .01 0',
  held: 'M8 2.5a5.5 5.5 0 1 0 .01 0M6.5 6v4M9.5 6v4',
  run: 'M8 2.5a5.5 5.5 0 1 0 .01 0M6.7 5.6 10.3 8l-3.6 2.4z',
  good: 'M8 2.5a5.5 5.5 0 1 0 .01 0M5.5 8.2l1.8 1.8 3.4-3.8',
  bad: 'M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5zM6 6l4 4M10 6l-4 4',
  faint: 'M8 2.5a5.5 5.5 0 1 0 .01 0M4.2 4.2l7.6 7.6',
};

export interface Line {
  name: string;
  /** The class of its colour and its dashes. */
  tone: string;
  values: (number | null)[];
}

/** Draws lines over time, with the values under the pointer in the legend. Answers the function that draws the next state. */
export function drawChart(host: HTMLElement, format: (value: number) => string, time: (ms: number) => string) {
  const picture = element('svg', { role: 'img' }) as SVGSVGElement;
  const legend = document.createElement('p');
  legend.className = 'legend';
  host.replaceChildren(legend, picture);
  const height = 144;
  const left = 56;
  const below = 20;
  let state: { since: number; stepMs: number; lines: Line[] } | undefined;
  let pointed: number | undefined;

  const draw = () => {
    const width = Math.max(200, host.clientWidth);
    picture.setAttribute('viewBox', `0 0 ${width} ${height}`);
    picture.setAttribute('height', String(height));
    if (!state) {
      return;
    }
    const { since, stepMs, lines } = state;
    const steps = Math.max(...lines.map(line => line.values.length), 2);
    const top = nice(Math.max(...lines.flatMap(line => line.values.map(value => value ?? 0)), 0));
    const x = (index: number) => left + (index / (steps - 1)) * (width - left - 8);
    const y = (value: number) => 8 + (1 - value / top) * (height - below - 12);
    const parts: Node[] = [];
    for (const part of [0, 0.5, 1]) {
      parts.push(element('line', { class: 'rule', x1: left, x2: width - 8, y1: y(top * part), y2: y(top * part) }),
        element('text', { x: left - 8, y: y(top * part) + 4, 'text-anchor': 'end' }, format(top * part)));
    }
    for (const part of [0, 0.5, 1]) {
      parts.push(element('text', { x: x(part * (steps - 1)), y: height - 4, 'text-anchor': part === 0 ? 'start' : part === 1 ? 'end' : 'middle' }, time(since + part * (steps - 1) * stepMs)));
    }
    for (const line of lines) {
      let path = '';
      line.values.forEach((value, index) => {
        if (value !== null && value !== undefined) {
          const before = line.values[index - 1];
          path += `${before === null || before === undefined ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
        }
      });
      parts.push(element('path', { class: `line ${line.tone}`, d: path }));
    }
    const shown = pointed === undefined ? steps - 1 : pointed;
    if (pointed !== undefined) {
      parts.push(element('line', { class: 'cursor', x1: x(pointed), x2: x(pointed), y1: 8, y2: height - below }));
    }
    picture.replaceChildren(...parts);
    legend.replaceChildren(...lines.map(line => {
      const name = document.createElement('span');
      name.className = line.tone;
      const value = line.values[shown];
      name.textContent = `${line.name} ${value === null || value === undefined ? '–' : format(value)}`;
      return name;
    }), pointed === undefined ? '' : time(since + pointed * stepMs));
    picture.setAttribute('aria-label', legend.textContent ?? '');
  };
  picture.addEventListener('pointermove', event => {
    if (state) {
      const box = picture.getBoundingClientRect();
      const steps = Math.max(...state.lines.map(line => line.values.length), 2);
      pointed = Math.max(0, Math.min(steps - 1, Math.round(((event.clientX - box.left - left) / (box.width - left - 8)) * (steps - 1))));
      draw();
    }
  });
  picture.addEventListener('pointerleave', () => { pointed = undefined; draw(); });
  const resized = new ResizeObserver(draw);
  resized.observe(host);
  return {
    update(since: number, stepMs: number, lines: Line[]) {
      state = { since, stepMs, lines };
      draw();
    },
    stop: () => resized.disconnect(),
  };
}

/** The next of 1, 2, 5, 10, … */
function nice(value: number): number {
  if (value <= 0) {
    return 1;
  }
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map(each => each * power).find(each => each >= value)!;
}
