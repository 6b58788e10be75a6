// What cells print on its way to the page: blocks of lines, the oldest dropped and counted, in few messages.

import type { FromWorker, Output } from 'lamplight-notebook/protocol';
import { RunOutputs } from 'lamplight-notebook/worker/outputs';
import { expect, test } from 'vitest';

/** A run, and what a page would show of it: outputs by their places, in order. */
function page() {
  const shown = new Map<number, Output>();
  const seen = { messages: 0, before: 0, letters: 0 };
  const outputs = new RunOutputs(1, (message: FromWorker) => {
    seen.messages++;
    if (message.type === 'cleared') shown.clear();
    if (message.type !== 'outputs') return;
    for (const slot of message.gone) shown.delete(slot);
    for (const [slot, output] of message.puts) {
      shown.set(slot, output);
      if (output.kind === 'text') seen.letters += output.text.length;
    }
    seen.before = message.before;
  });
  const places = () => [...shown].sort(([a], [b]) => a - b).map(([, output]) => output);
  const lines = () => places().flatMap((output) => (output.kind === 'text' ? output.text.split('\n') : ['']));
  return { outputs, seen, places, lines };
}

test('of 100,000 lines some thousands are kept in few places and few messages, and the others are counted', async () => {
  const { outputs, seen, places, lines } = page();
  for (let i = 0; i < 100_000; i++) outputs.write('log', `line ${i}`);
  await outputs.settled();
  const kept = lines();
  expect(kept.length).toBeGreaterThan(4000);
  expect(kept.length).toBeLessThanOrEqual(5200);
  expect(seen.before + kept.length).toBe(100_000);
  expect([kept[0], kept.at(-1)]).toEqual([`line ${seen.before}`, 'line 99999']);
  expect(places().length).toBeLessThan(40);
  expect(seen.messages).toBeLessThan(200);
});

test('lines that alternate between streams, long lines and a text that is longer than all are bounded as well', async () => {
  const { outputs, seen, lines } = page();
  for (let i = 0; i < 20_000; i++) outputs.write(i % 2 ? 'log' : 'error', `line ${i}`);
  await outputs.settled();
  expect(lines().length).toBeLessThanOrEqual(5000);
  expect(seen.before + lines().length).toBe(20_000);
  for (let i = 0; i < 300; i++) outputs.write('log', 'x'.repeat(50_000));
  await outputs.settled();
  expect(lines().join('').length).toBeLessThan(550_000);
  outputs.write('log', 'y'.repeat(3_000_000));
  await outputs.settled();
  expect(lines()).toHaveLength(1);
  expect(lines()[0]).toMatch(/^y{100}.*… \(2,500,000 more letters\)$/s);
});

test('a text that comes later stands where it was printed, and another output parts the lines', async () => {
  const { outputs, places, seen } = page();
  outputs.write('log', 'one');
  let say = (_: string) => {};
  outputs.writeLater(
    'log',
    new Promise((resolve) => {
      say = resolve;
    }),
  );
  outputs.write('log', 'three');
  outputs.write('warn', 'beware');
  outputs.slot().put({ kind: 'table', title: '', columns: [], rows: [] });
  outputs.write('warn', 'after');
  setTimeout(() => say('two\nand more'), 5);
  await outputs.settled();
  const texts = places().map((output) => (output.kind === 'text' ? `${output.stream} ${output.text}` : output.kind));
  expect(texts).toEqual(['log one\ntwo\nand more\nthree', 'warn beware', 'table', 'warn after']);
  const { messages } = seen;
  for (let i = 0; i < 10_000; i++) {
    outputs.clear();
    outputs.write('log', 'anew');
  }
  await outputs.settled();
  expect(places()).toMatchObject([{ text: 'anew' }]);
  expect(seen.messages - messages).toBeLessThan(50);
  expect(seen.before).toBe(0);
});

test('an output that no message can carry says so in its place, and the others come', async () => {
  const sent: FromWorker[] = [];
  const outputs = new RunOutputs(1, (message) => void sent.push(structuredClone(message)));
  outputs.write('log', 'first');
  outputs.slot().put({ kind: 'table', title: '', columns: ['a'], rows: [[(() => 1) as never]] });
  outputs.write('log', 'last');
  await outputs.settled();
  const puts = sent.flatMap((message) => (message.type === 'outputs' ? message.puts : []));
  const texts = puts.map(([slot, output]) => [slot, output.kind === 'text' && output.text]);
  expect(texts).toContainEqual([0, 'first']);
  expect(texts).toContainEqual([1, expect.stringContaining('could not be cloned')]);
  expect(texts).toContainEqual([2, 'last']);
});
