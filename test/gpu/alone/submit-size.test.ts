// A plan that takes long is cut into several submits; others stay one.
import * as torch from 'lamplight';
import * as vision from 'lamplight/vision';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { settled } from '../../support/settled';

beforeAll(async () => {
  await torch.init();
});
afterAll(async () => {
  await torch.init({ submitMilliseconds: Number.POSITIVE_INFINITY });
});

/** Eight kernels in a row, and how many submits they took. */
async function chain(x: torch.Tensor): Promise<{ submits: number; result: number }> {
  const before = torch.gpu.stats().submits;
  const y = torch.scope(() => {
    let z = x;
    // By turns with its transpose, so that no subgraph repeats often enough to be a part of its own.
    for (let i = 0; i < 8; i++) z = z.matmul(i % 2 ? x.t() : x).mul(1 / 256);
    return z.sum();
  });
  const result = await y.item();
  await torch.synchronize();
  return { submits: torch.gpu.stats().submits - before, result };
}

test('work of more milliseconds than a submit may hold is cut, with the same result', async () => {
  torch.manualSeed(0);
  const x = torch.rand(256, 256);
  await torch.init({ submitMilliseconds: Number.POSITIVE_INFINITY });
  // The first run of a plan may be sent in parts, as its kernels come, and a plan that runs often is replaced by another.
  for (let i = 0; i < 8; i++) await chain(x);
  await settled();
  await chain(x);
  const whole = await chain(x);
  expect(whole.submits).toBe(1);
  await torch.init({ submitMilliseconds: 0.001 });
  const runs = [];
  for (let i = 0; i < 4; i++) runs.push(await chain(x));
  // The first is timed, so that the others can be cut: at most at every kernel.
  expect(runs[0]!.submits).toBe(1);
  expect(runs[3]!.submits).toBeGreaterThanOrEqual(8);
  for (const { result } of runs) expect(result).toBe(whole.result);
  await torch.init({ submitMilliseconds: 10_000 });
  expect((await chain(x)).submits).toBe(1);
});

test('a loop that never reads anything back is held to two steps ahead of the GPU by back-pressure', async () => {
  const loader = new torch.data.DataLoader(new torch.data.TensorDataset(torch.rand(12, 128, 128)), { batchSize: 1 });
  const done: Promise<void>[] = [];
  let finished = 0;
  let steps = 0;
  let most = 0;
  for await (const [x] of loader) {
    most = Math.max(most, steps - finished);
    torch.scope(() => {
      let z = x!.squeeze(0);
      for (let i = 0; i < 8; i++) z = z.matmul(z).mul(1 / 64);
      return z.sum();
    });
    steps++;
    done.push(
      torch.synchronize().then(() => {
        finished++;
      }),
    );
  }
  await Promise.all(done);
  expect(steps).toBe(12);
  expect(most).toBeLessThanOrEqual(3);
});

const png = async () => (await vision.io.encodePng(torch.zeros([3, 2, 2], { dtype: 'uint8' }))).data();
const safetensors = () => torch.safetensors.save({ x: torch.ones(3) });

/** What a loop may wait for that is no value: files, which the device has no part in. */
const files: [string, () => Promise<() => Promise<unknown>>][] = [
  ['readImage', async () => vision.io.readImage.bind(null, (await png()) as Uint8Array)],
  ['torch.load', async () => torch.load.bind(null, await safetensors())],
  [
    'getTensor',
    async () => {
      const file = await torch.safetensors.safeOpen(await safetensors());
      return () => file.getTensor('x');
    },
  ],
  [
    'readCsv',
    async () => {
      const bytes = new TextEncoder().encode('a,b\n1,2\n');
      return () => torch.data.readCsv(bytes);
    },
  ],
];

test.each(files)(
  'a loop that awaits %s alone is held to two steps ahead of the GPU while values are read',
  async (_, open) => {
    const read = await open();
    const x = torch.rand(128, 128);
    const reads: Promise<void>[] = [];
    let finished = 0;
    let most = 0;
    for (let steps = 0; steps < 12; steps++) {
      most = Math.max(most, steps - finished);
      const sum = torch.scope(() => {
        let z = x;
        for (let i = 0; i < 8; i++) z = z.matmul(i % 2 ? x.t() : x).mul(1 / 64);
        return z.sum();
      });
      reads.push(
        sum.item().then(() => {
          finished++;
        }),
      );
      await read();
    }
    await Promise.all(reads);
    expect(most).toBeLessThanOrEqual(3);
  },
);
