import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnsiReader } from '../src/ansi';
import { jsonError, NumberText, readJson } from '../src/json';
import { EventReader } from '../src/live';
import { bytes, count, many, standing } from '../src/words';

test('colours become classes, and go on to the next line', () => {
  const ansi = new AnsiReader();
  assert.deepEqual(ansi.line('a \x1b[31;1mred'), [{ text: 'a ', style: '' }, { text: 'red', style: 'f1 bold' }]);
  assert.deepEqual(ansi.line('still\x1b[0m not'), [{ text: 'still', style: 'f1 bold' }, { text: ' not', style: '' }]);
  assert.deepEqual(ansi.line('\x1b[38;5;196mx\x1b[38;2;0;200;0my'), [{ text: 'x', style: 'f9' }, { text: 'y', style: 'f2' }]);
  assert.deepEqual(ansi.line('\x1b[0;7mback'), [{ text: 'back', style: 'fback bfore' }]);
});

test('what is no colour is left out: cursor, titles, links, control characters, cut sequences', () => {
  const plain = (text: string) => new AnsiReader().line(text).map(each => each.text).join('');
  assert.equal(plain('\x1b[2J\x1b[1;1Hx\x1b[?25l'), 'x');
  assert.equal(plain('\x1b]0;title\x07x\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\'), 'xlink');
  assert.equal(plain('a\x07b\x00c'), 'abc');
  assert.equal(plain('cut\x1b[3'), 'cut');
  assert.equal(plain('10 %\r20 %\r30 %\r'), '30 %');
  assert.equal(plain('<img src=x onerror=alert(1)>'), '<img src=x onerror=alert(1)>');
});

test('JSON is read without losing digits', () => {
  const value = readJson('{"id":12345678901234567890,"x":1.10,"list":[true,false,null,"a\\u00e4\\"b"],"__proto__":{"y":1}}') as Record<string, unknown>;
  assert.equal((value['id'] as NumberText).text, '12345678901234567890');
  assert.equal((value['x'] as NumberText).text, '1.10');
  assert.deepEqual((value['list'] as unknown[]), [true, false, null, 'aä"b']);
  assert.deepEqual(Object.keys(value), ['id', 'x', 'list', '__proto__']);
});

test('what JSON.parse refuses is refused', () => {
  for (const text of ['', '{', '[1,]', '{"a":1,}', '{a:1}', '01', '1 2', '"a', "'a'", 'nul', '{"a"}', '[1 2]', '"\\x"', '['.repeat(500)]) {
    assert.equal(readJson(text), undefined, text);
  }
  for (const text of ['0', '-1.5e3', '""', '[]', '{}', ' [ 1 , { "a" : [ ] } ] ']) {
    assert.notEqual(readJson(text), undefined, text);
  }
  assert.equal(jsonError('{"a":1}'), undefined);
  assert.match(jsonError('{"a":}')!, /^Not JSON: /);
});

test('an event stream is cut into events, wherever its chunks end', () => {
  const stream = 'event: change\r\ndata: {"change":1}\r\n\r\n: comment\n\nevent: ping\ndata:\n\ndata: a\ndata: b\n\n';
  const all: unknown[] = [];
  const reader = new EventReader();
  for (const letter of stream.replaceAll('\r\n', '\n')) {
    all.push(...reader.read(letter));
  }
  const expected = [{ event: 'change', data: '{"change":1}' }, { event: 'message', data: '' }, { event: 'ping', data: '' }, { event: 'message', data: 'a\nb' }];
  assert.deepEqual(all, expected);
  assert.deepEqual(new EventReader().read(stream), expected);
});

test('numbers and sizes are words', () => {
  assert.equal(count(12431), '12,431');
  assert.equal(many(1, 'task'), '1 task');
  assert.equal(many(1200, 'task'), '1,200 tasks');
  assert.equal(bytes(1), '1 byte');
  assert.equal(bytes(1_500), '1.5 kB');
  assert.equal(bytes(999_950), '1000 kB');
  assert.equal(bytes(1_000_000_000), '1.0 GB');
});

test('every state has a word and a shape', () => {
  assert.equal(standing({ state: 'queued', holds: [] }).word, 'Ready');
  assert.equal(standing({ state: 'queued', holds: ['dependencies', 'approval'] }).word, 'Needs approval');
  assert.equal(standing({ state: 'queued', holds: [], why: { code: 'group-paused', text: '' } }).word, 'Group paused');
  assert.equal(standing({ state: 'queued' }).word, 'Queued');
  assert.equal(standing({ state: 'checkedOut', holds: [], cancelRequested: true }).word, 'Stopping');
  assert.equal(standing({ state: 'failed', holds: [], outcome: 'timedOut' }).word, 'Timed out');
  const shapes = [standing({ state: 'queued', holds: [] }), standing({ state: 'checkedOut', holds: [] }), standing({ state: 'done', holds: [] }), standing({ state: 'failed', holds: [] }), standing({ state: 'cancelled', holds: [] })];
  assert.equal(new Set(shapes.map(each => each.icon)).size, 5);
});
