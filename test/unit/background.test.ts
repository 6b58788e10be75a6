// Proves when measuring in the background begins, that it stops for whatever runs, and what becomes of its findings. Its device computes nothing.
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Pass } from '../../src/engine/compiler/ir';
import { BackgroundTuning } from '../../src/engine/compiler/tuning/background';
import { TuningTable } from '../../src/engine/compiler/tuning/table';
import { candidateKey, type Probe } from '../../src/engine/compiler/tuning/tuning';
import { written } from '../../src/engine/compiler/written';
import { acrossOf, chooseTile, type MatmulShape, probeShape, probeTiles } from '../../src/engine/kernels/matmul/tiles';
import { adapterOf, roomy } from '../support/adapter';

const candidates = [{ tile: 1 }, { tile: 2 }, { tile: 3 }];
const operand = { from: 'output', index: 0 } as const;
const pass = (tile: number): Pass => ({
  source: ['@compute @workgroup_size(1) fn main() {}'],
  label: `${tile}`,
  reads: [{ from: 'input', index: 0 }],
  writes: [operand],
  params: [['u32', tile]],
  grid: [tile, 1, 1],
});
const probe: Probe = {
  kernel: 'product',
  shape: [8],
  candidates,
  inputs: [8],
  output: 4,
  pass: ({ tile }) => pass(tile as number),
};

/** A device on which a run takes as long as `cost` says for its tile, and gives the words that `result` says. */
function fakeDevice(cost: (tile: number) => number, result: (tile: number) => number = () => 7): GPUDevice {
  let tile = 0;
  const done = async () => {};
  const buffer = ({ size }: GPUBufferDescriptor) => ({
    size,
    destroy() {},
    mapAsync: done,
    getMappedRange: () => new Uint32Array(size / 4).fill(result(tile)).buffer,
    unmap() {},
  });
  const encoder = {
    setPipeline() {},
    setBindGroup() {},
    dispatchWorkgroups: (x: number) => {
      tile = x;
    },
    end() {},
  };
  let pending = 0;
  return {
    features: new Set(),
    queue: {
      writeBuffer() {},
      submit: () => {
        pending = cost(tile);
      },
      onSubmittedWorkDone: () => {
        const milliseconds = pending;
        pending = 0;
        return new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
      },
    },
    pushErrorScope() {},
    popErrorScope: async () => null,
    createBuffer: buffer,
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    createShaderModule: () => ({}),
    createBindGroup: () => ({}),
    createComputePipelineAsync: async () => ({}),
    createCommandEncoder: () => ({
      beginComputePass: () => encoder,
      copyBufferToBuffer: () => {},
      finish: () => ({}),
    }),
  } as unknown as GPUDevice;
}

function engineWith(device: GPUDevice) {
  const state = { table: new TuningTable(), busy: false, found: [] as Record<string, number>[] };
  state.table.costs(probe);
  const background = new BackgroundTuning({
    idleDevice: () => (state.busy ? null : device),
    written,
    wanted: () => state.table.wanted,
    found: (which, costs) => {
      state.found.push(costs);
      state.table = state.table.withCosts(which, costs);
    },
  });
  return { state, background };
}

const runs = (background: BackgroundTuning, count: number) => {
  for (let i = 0; i < count; i++) background.stir();
};

// What measures is loaded when it is first used, which takes no time that a fake timer knows of.
beforeAll(() => import('../../src/engine/compiler/tuning/probing'));
beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('measuring in the background', () => {
  test('begins once a program has run and then been quiet, and is remembered', async () => {
    const { state, background } = engineWith(fakeDevice((tile) => 4 - tile));
    runs(background, 2);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(state.found).toEqual([]);
    runs(background, 1);
    await vi.advanceTimersByTimeAsync(900);
    expect(state.found).toEqual([]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(state.found).toEqual([{ '{"tile":1}': 3, '{"tile":2}': 2, '{"tile":3}': 1 }]);
    expect(state.table.costs(probe)).toEqual(state.found[0]);
    expect(new TuningTable(state.table.choices).costs(probe)).toEqual(state.found[0]);
    runs(background, 10);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(state.found).toHaveLength(1);
  });

  test('does not begin while the engine is busy or runs follow each other, and stops at the next run', async () => {
    const { state, background } = engineWith(fakeDevice(() => 2));
    for (let i = 0; i < 50; i++) {
      runs(background, 1);
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(state.found).toEqual([]);
    state.busy = true;
    await vi.advanceTimersByTimeAsync(10_000);
    state.busy = false;
    runs(background, 1);
    await vi.advanceTimersByTimeAsync(1010);
    runs(background, 1);
    await vi.advanceTimersByTimeAsync(900);
    expect(state.found).toEqual([]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(state.found).toHaveLength(1);
  });

  test('what computes other bits is left out', async () => {
    const { state, background } = engineWith(
      fakeDevice(
        () => 1,
        (tile) => (tile === 2 ? 8 : 7),
      ),
    );
    runs(background, 3);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(state.found).toEqual([{ '{"tile":1}': 1, '{"tile":3}': 1 }]);
  });

  test('spends a bounded time, also where the adapter is slow', async () => {
    let submitted = 0;
    const { state, background } = engineWith(
      fakeDevice((tile) => {
        if (tile > 0) submitted += 400;
        return 400;
      }),
    );
    runs(background, 3);
    await vi.advanceTimersByTimeAsync(60_000);
    runs(background, 3);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(state.found).toEqual([]);
    // Runs, and the copies of what they computed.
    expect(submitted).toBeLessThanOrEqual(6 * 400);
  });

  test('ends where other work makes each run some times as long', async () => {
    const { state, background } = engineWith(fakeDevice(() => 100));
    runs(background, 3);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(state.found).toHaveLength(1);
  });
});

describe('tiles by what was measured', () => {
  const swiftshader = adapterOf('software', {
    architecture: 'swiftshader',
    features: new Set(['subgroups']),
    ...roomy,
  });
  const square = (n: number): MatmulShape => ({ ...probeShape(swiftshader), m: n, k: n, n });
  const times = (best: object, others: number) =>
    Object.fromEntries(
      probeTiles(swiftshader).map((tile) => [
        candidateKey(tile),
        candidateKey(tile) === candidateKey(best as typeof tile) ? 1 : others,
      ]),
    );

  test('the tile that was faster takes the place of the one expected, for large products alone', () => {
    const [large, small] = [square(1024), square(2)];
    const narrow = probeTiles(swiftshader).find(({ tm, tn }) => tm === 8 && tn === 4)!;
    expect(chooseTile(large, swiftshader)).not.toEqual(narrow);
    expect(chooseTile(large, swiftshader, times(narrow, 2))).toEqual(narrow);
    expect(chooseTile(small, swiftshader, times(narrow, 2))).toEqual(chooseTile(small, swiftshader));
    expect(chooseTile(large, swiftshader, {})).toEqual(chooseTile(large, swiftshader));
  });

  test('which divides every probe, and adds up in one chunk', () => {
    for (const adapter of [swiftshader, { ...swiftshader, kind: 'gpu' as const }]) {
      const { m, n } = probeShape(adapter);
      for (const tile of probeTiles(adapter))
        expect([m % (tile.side * tile.tm), n % (acrossOf(tile) * tile.tn)]).toEqual([0, 0]);
      expect(probeTiles(adapter).length).toBeGreaterThan(4);
    }
  });
});
