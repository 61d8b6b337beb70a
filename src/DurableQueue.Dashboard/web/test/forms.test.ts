import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hold } from '../src/held';
import { readDraft, readMetadata } from '../src/draft';

const empty = {
  kind: 'type' as const, type: 'mail.send', payload: '', command: '', group: 'default', label: '', priority: '', delay: '', after: '', maxAttempts: '', timeout: '', metadata: '', dedupKey: '',
  estimate: '', requiresApproval: false, stashed: false,
};

test('a draft with a mistake says at which field, and sends nothing', () => {
  for (const [field, changes] of [
    ['type', { type: ' ' }], ['payload', { payload: '{"a":' }], ['priority', { priority: '1.5' }], ['maxAttempts', { maxAttempts: 'x' }], ['delay', { delay: 'soon' }], ['timeout', { timeout: '5 x' }],
    ['after', { after: '12, x' }], ['metadata', { metadata: 'tenant' }], ['estimate', { estimate: 'much' }], ['command', { kind: 'command' as const }],
  ] as const) {
    const { body, errors } = readDraft({ ...empty, ...changes });
    assert.deepEqual(Object.keys(errors), [field]);
    assert.equal(body, undefined);
  }
});

test('a draft becomes the request; what is empty is left out', () => {
  const body = (changes: object) => JSON.parse(JSON.stringify(readDraft({ ...empty, ...changes }).body)) as unknown;
  assert.deepEqual(body({}), { type: 'mail.send', group: 'default' });
  assert.deepEqual(body({ payload: '{"to":12345678901234567890}', delay: '1h30m', after: '12 15', metadata: 'a=b=c\n\nd = e', estimate: '0.25', requiresApproval: true, priority: '-3' }), {
    type: 'mail.send', payloadText: '{"to":12345678901234567890}', group: 'default', priority: -3, delayMs: 5_400_000, after: [12, 15], metadata: { a: 'b=c', d: 'e' }, requiresApproval: true, estimate: { amount: 0.25, unit: 'usd' },
  });
  assert.deepEqual(body({ kind: 'auto', payload: 'fix the cart' }), { type: 'auto', payloadText: '"fix the cart"', group: 'default' });
  assert.deepEqual(body({ kind: 'command', command: 'make -j4' }), { command: 'make -j4', group: 'default' });
});

test('metadata with a name of JavaScript is metadata', () => {
  assert.deepEqual(Object.keys(readMetadata('__proto__=x') as object), ['__proto__']);
});

test('while somebody looks, rows keep their places: those that left are marked, new ones wait', () => {
  const shown = [1, 2, 3].map(id => ({ row: { id, text: 'old' }, gone: false }));
  const { rows, waiting } = hold(shown, [{ id: 4, text: 'new' }, { id: 3, text: 'new' }, { id: 1, text: 'new' }]);
  assert.deepEqual(rows, [{ row: { id: 1, text: 'new' }, gone: false }, { row: { id: 2, text: 'old' }, gone: true }, { row: { id: 3, text: 'new' }, gone: false }]);
  assert.equal(waiting, 1);
});
