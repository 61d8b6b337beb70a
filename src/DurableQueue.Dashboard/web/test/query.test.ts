import assert from 'node:assert/strict';
import { test } from 'node:test';
import { both, ordered, orderOf, quote, suggest } from '../src/query';

const known = { groups: ['default', 'mail', "it's"], types: ['mail.send', 'report.build'] };
const labels = (text: string) => suggest(text, text.length, known).list.map(each => each.label);

test('at the start there are fields', () => {
  assert.ok(labels('').includes('status'));
  assert.deepEqual(labels('sta'), ['status', 'started']);
});

test('after a field there are its operators, after an operator its values', () => {
  assert.deepEqual(labels('status '), ['=', '!=', 'in (']);
  assert.ok(labels('status=').includes('failed'));
  assert.deepEqual(labels('status=fa'), ['failed', 'dependencyfailed']);
  assert.deepEqual(labels('group=ma'), ['mail']);
  assert.deepEqual(labels('type in (mail.send, rep'), ['report.build']);
  assert.deepEqual(labels('type not in ('), ['mail.send', 'report.build']);
});

test('after a condition it may go on', () => {
  assert.ok(labels('status=failed ').includes('and'));
  assert.ok(labels('status=failed and ').includes('label'));
  assert.ok(labels('order by ').includes('ended'));
  assert.ok(labels('order by ended ').includes('desc'));
});

test('a suggestion replaces the word that was begun, and quotes what must be quoted', () => {
  const { from, list } = suggest('status=failed and gro', 21, known);
  assert.equal(from, 18);
  assert.equal(list[0]!.text, 'group');
  assert.equal(suggest("group='it", 9, known).list[0]!.text, "'it''s'");
  assert.equal(quote('order'), "'order'");
  assert.equal(quote('a.b-c/d'), 'a.b-c/d');
});

test('conditions are joined before the order, and those with an or stay together', () => {
  assert.equal(both('', 'group=a'), 'group=a');
  assert.equal(both('status=failed order by ended desc', 'group=a'), 'status=failed and group=a order by ended desc');
  assert.equal(both('a=1 or b=2', 'group=a'), '(a=1 or b=2) and group=a');
  assert.equal(both("label='order by x' and id=1", 'group=a'), "label='order by x' and id=1 and group=a");
  assert.equal(both('limit 5', 'group=a'), 'group=a limit 5');
});

test('the order of a query is replaced', () => {
  assert.equal(ordered('', 'ended', true), 'order by ended desc');
  assert.equal(ordered('status=failed order by id limit 5', 'ended', true), 'status=failed order by ended desc limit 5');
  assert.deepEqual(orderOf('status=failed order by ended desc'), { field: 'ended', descending: true });
  assert.equal(orderOf('status=failed'), undefined);
});
