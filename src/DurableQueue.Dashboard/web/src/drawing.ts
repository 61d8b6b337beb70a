import type * as graph from './graph';

/** The part of the page that draws, in a file of its own: most visits need it not. */
export function loadDrawing(): Promise<typeof graph> {
  const name = './graph.js';
  return import(name) as Promise<typeof graph>;
}
