import { signal } from '@preact/signals';
import { clock } from './time';
import type { Problem } from './types';

/** The address of the page's own prefix, ending in a slash. Taken once: the base element is relative, and the address changes. */
export const root = typeof document === 'undefined' ? new URL('http://localhost/') : new URL('.', document.baseURI);

/** Whether the server answered the last request: "ok", or what is wrong with it, until an answer comes through. */
export const connection = signal<'ok' | 'gone' | 'unauthorized'>('ok');

/** An error answer, or none at all (status 0). */
export class ApiError extends Error {
  constructor(readonly status: number, readonly problem: Problem) {
    super(problem.detail ?? problem.title ?? `The server answered ${status}.`);
  }
}

const limitMs = 30_000;

/** Sends one request; the path is relative to the prefix. */
export async function send(path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const limit = AbortSignal.timeout(limitMs);
  let answer: Response;
  try {
    answer = await fetch(new URL(path, root), {
      method: body === undefined ? 'GET' : 'POST',
      body: body === undefined ? null : JSON.stringify(body),
      headers: body === undefined ? { Accept: 'application/json' } : { Accept: 'application/json', 'Content-Type': 'application/json' },
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      // A login page of another origin cannot be shown here: a redirect means that the login has ended.
      redirect: 'manual',
    });
  } catch (error) {
    if (signal?.aborted) {
      throw error;
    }
    connection.value = 'gone';
    throw new ApiError(0, { detail: 'The server does not answer.' });
  }
  if (answer.status === 401 || answer.type === 'opaqueredirect') {
    connection.value = 'unauthorized';
    throw new ApiError(401, { detail: 'You are no longer logged in.' });
  }
  if (!answer.ok) {
    const problem = await readProblem(answer);
    // Proxies answer 502 and 504 for a server that is gone.
    connection.value = answer.status === 502 || answer.status === 504 ? 'gone' : 'ok';
    throw new ApiError(answer.status, problem);
  }
  connection.value = 'ok';
  const date = Date.parse(answer.headers.get('Date') ?? '');
  if (date > 0) {
    clock.follow(date);
  }
  return answer;
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await (await send(path, undefined, signal)).json()) as T;
}

export async function post<T>(path: string, body: unknown = {}): Promise<T> {
  return (await (await send(path, body)).json()) as T;
}

async function readProblem(answer: Response): Promise<Problem> {
  try {
    const problem = (await answer.json()) as Problem;
    return typeof problem === 'object' && problem !== null ? problem : {};
  } catch {
    return { detail: answer.status === 403 ? 'You may not do that.' : `The server answered ${answer.status} ${answer.statusText}.` };
  }
}

/** The query part of an address, without the parameters that have no value. */
export function parameters(values: Record<string, string | number | boolean | undefined | null>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== '' && value !== false) {
      search.set(name, String(value));
    }
  }
  const text = search.toString();
  return text && `?${text}`;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
