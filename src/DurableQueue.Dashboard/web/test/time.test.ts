import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration, exact, isZone, readDuration, relative, short, writeDuration } from '../src/time';

const at = Date.parse('2026-10-25T00:30:00.000Z');

test('a duration is shown in the largest unit that fits, and the next one while that says something', () => {
  for (const [ms, text] of [[0, '0 ms'], [999, '999 ms'], [1_500, '1.5 s'], [9_999, '9.9 s'], [59_999, '59 s'], [65_000, '1 min 5 s'], [3_600_000, '1 h'], [5_400_000, '1 h 30 min'], [90_000_000, '1 d 1 h']] as const) {
    assert.equal(duration(ms), text);
  }
  assert.equal(duration(-5), '0 ms');
});

test('a time is relative to now, to both sides', () => {
  assert.equal(relative(at, at + 12_000), '12 s ago');
  assert.equal(relative(at, at - 3 * 3_600_000), 'in 3 h');
  assert.equal(relative(at, at + 400), 'now');
});

test('a time is exact in the zone that was chosen, on both sides of a clock change', () => {
  assert.equal(exact(at, 'UTC'), '2026-10-25 00:30:00 UTC');
  assert.equal(exact(at, 'Europe/Berlin'), '2026-10-25 02:30:00 GMT+2');
  assert.equal(exact(at + 3_600_000, 'Europe/Berlin'), '2026-10-25 02:30:00 GMT+1');
  assert.equal(exact(at, 'Asia/Kathmandu'), '2026-10-25 06:15:00 GMT+5:45');
});

test('the date is left out if it is today in that zone', () => {
  assert.equal(short(at, at + 60_000, 'UTC'), '00:30:00');
  assert.equal(short(at, at + 60_000 + 86_400_000, 'UTC'), '2026-10-25 00:30:00');
});

test('zones are those that the browser knows', () => {
  assert.ok(isZone('Europe/Berlin'));
  assert.ok(!isZone('Europe/Atlantis'));
  assert.ok(!isZone(''));
});

test('durations are read as they are written', () => {
  for (const [text, ms] of [['90', 90_000], ['90s', 90_000], ['500ms', 500], ['1h30m', 5_400_000], ['2 d', 172_800_000], ['0', 0]] as const) {
    assert.equal(readDuration(text), ms);
  }
  for (const text of ['', 'soon', '1x', '-5s', '1h 30']) {
    assert.equal(readDuration(text), undefined, text);
  }
  for (const ms of [1, 500, 90_000, 5_400_000, 90_061_001]) {
    assert.equal(readDuration(writeDuration(ms)), ms);
  }
});
