import { signal } from '@preact/signals';

/** The time of the server, as far as it is known: that of the browser, corrected where they differ by more than what a request may take. */
class Clock {
  private offsetMs = 0;
  readonly now = signal(Date.now());

  follow(serverMs: number): void {
    const offset = serverMs - Date.now();
    this.offsetMs = Math.abs(offset) > 3_000 ? offset : 0;
  }

  tick(): void {
    this.now.value = Date.now() + this.offsetMs;
  }
}

export const clock = new Clock();

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A length of time in the largest unit that fits, with the next one below it where that still says something: "1 h 5 min". */
export function duration(ms: number): string {
  const value = Math.max(0, ms);
  if (value < second) {
    return `${Math.round(value)} ms`;
  }
  if (value < 10 * second) {
    return `${(Math.floor(value / 100) / 10).toFixed(1)} s`;
  }
  if (value < minute) {
    return `${Math.floor(value / second)} s`;
  }
  if (value < hour) {
    return pair(value, minute, 'min', second, 's', 10);
  }
  return value < day ? pair(value, hour, 'h', minute, 'min', 10) : pair(value, day, 'd', hour, 'h', 10);
}

function pair(value: number, large: number, largeName: string, small: number, smallName: string, until: number): string {
  const whole = Math.floor(value / large);
  const rest = Math.floor((value % large) / small);
  return whole < until && rest > 0 ? `${whole} ${largeName} ${rest} ${smallName}` : `${whole} ${largeName}`;
}

/** How far a time is from now, in one unit: "12 s ago", "in 3 h". */
export function relative(atMs: number, nowMs: number): string {
  const distance = atMs - nowMs;
  const length = Math.abs(distance);
  if (length < second) {
    return 'now';
  }
  const text = length < minute ? `${Math.floor(length / second)} s`
    : length < hour ? `${Math.floor(length / minute)} min`
    : length < day ? `${Math.floor(length / hour)} h`
    : `${Math.floor(length / day)} d`;
  return distance < 0 ? `${text} ago` : `in ${text}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string | undefined): Intl.DateTimeFormat {
  const key = zone ?? '';
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
      hourCycle: 'h23', timeZoneName: 'shortOffset',
    });
    formats.set(key, found);
  }
  return found;
}

/** Whether the browser knows a time zone. */
export function isZone(zone: string): boolean {
  try {
    return zone !== '' && Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
}

/** A time to the second in a zone (that of the browser, if none is given): "2026-11-30 09:00:00 GMT+1". */
export function exact(atMs: number, zone?: string): string {
  const parts: Record<string, string> = {};
  for (const part of format(zone).formatToParts(atMs)) {
    parts[part.type] = part.value;
  }
  const offset = /^(GMT(\+0)?|UTC)$/.test(parts['timeZoneName']!) ? 'UTC' : parts['timeZoneName'];
  return `${parts['year']}-${parts['month']}-${parts['day']} ${parts['hour']}:${parts['minute']}:${parts['second']} ${offset}`;
}

/** Without the date if it is today's, without the offset always: for tables. */
export function short(atMs: number, nowMs: number, zone?: string): string {
  const [date, time] = exact(atMs, zone).split(' ');
  return date === exact(nowMs, zone).split(' ')[0] ? time! : `${date} ${time}`;
}

const units: Record<string, number> = { ms: 1, s: second, m: minute, min: minute, h: hour, d: day, w: 7 * day };

/** Reads "90", "90s", "1h30m", "500ms"; undefined if it is none of these. */
export function readDuration(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase();
  if (/^\d+(\.\d+)?$/.test(trimmed)) {
    return Math.round(Number(trimmed) * second);
  }
  let sum = 0;
  let rest = trimmed;
  while (rest !== '') {
    const match = /^(\d+(?:\.\d+)?)\s*(ms|min|s|m|h|d|w)\s*/.exec(rest);
    if (!match) {
      return undefined;
    }
    sum += Number(match[1]) * units[match[2]!]!;
    rest = rest.slice(match[0].length);
  }
  return trimmed === '' ? undefined : Math.round(sum);
}

/** The opposite of readDuration. */
export function writeDuration(ms: number): string {
  let rest = ms;
  let text = '';
  for (const [name, size] of [['d', day], ['h', hour], ['m', minute], ['s', second], ['ms', 1]] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) {
      text += `${count}${name}`;
      rest -= count * size;
    }
  }
  return text || '0s';
}
