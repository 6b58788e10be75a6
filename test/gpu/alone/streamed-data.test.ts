// Data that comes from the host at each step: its memory does not wait for the collector, and it is there for whoever reads it next.
import * as torch from 'lamplight';
import { expect, test } from 'vitest';

/** More than what is small, of which a plan copies. */
const COUNT = 1 << 16;
const BYTES = 4 * COUNT;

const dataOf = (step: number) => Float32Array.from({ length: COUNT }, (_, i) => (i + step) % 7);
const sumOf = (numbers: Float32Array) => numbers.reduce((sum, x) => sum + x, 0);

test('data that each step brings anew lies in the same memory, though all of it is kept', async () => {
  const kept: torch.Tensor[] = [];
  const sums: number[] = [];
  const created: number[] = [];
  const live: number[] = [];
  for (let step = 0; step < 8; step++) {
    const x = torch.tensor(dataOf(step));
    kept.push(x);
    sums.push(await x.mul(2).sum().item());
    created.push(torch.gpu.stats().buffersCreated);
    live.push(torch.gpu.stats().liveBytes);
  }
  expect(sums).toEqual(sums.map((_, step) => 2 * sumOf(dataOf(step))));
  expect(created.slice(2)).toEqual(new Array(6).fill(created[2]));
  expect(live.at(-1)! - live[1]!).toBeLessThan(BYTES / 4);
  for (const [step, x] of kept.entries()) expect(await x.data()).toEqual(dataOf(step));
});

test('what is read a second time gets memory of its own then, and is uploaded no more', async () => {
  const first = torch.tensor(dataOf(0));
  await first.add(1).sum().item();
  const x = torch.tensor(dataOf(1));
  const before = torch.gpu.stats();
  const writes: number[] = [];
  for (let read = 0; read < 4; read++) {
    expect(await x.add(1).sum().item()).toBe(sumOf(dataOf(1)) + COUNT);
    const { dataBytesWritten, liveBytes } = torch.gpu.stats();
    writes.push(dataBytesWritten - before.dataBytesWritten);
    expect(liveBytes - before.liveBytes >= BYTES).toBe(read > 0);
  }
  expect(writes).toEqual([BYTES, 2 * BYTES, 2 * BYTES, 2 * BYTES]);
});

test('what is written to in place after it was read is as it was for those who made something of it', async () => {
  const made: torch.Tensor[] = [];
  for (let step = 0; step < 3; step++) {
    const x = torch.tensor(dataOf(step));
    const y = x.mul(3);
    await y.sum().item();
    x.add_(1);
    made.push(x, y);
  }
  for (let step = 0; step < 3; step++) {
    expect(await made[2 * step]!.data()).toEqual(dataOf(step).map((x) => x + 1));
    expect(await made[2 * step + 1]!.data()).toEqual(dataOf(step).map((x) => 3 * x));
  }
});
