// Proves that tuning asks the right kernels, picks by measured time, and reads back what it keeps, whatever a store holds.
import { describe, expect, test } from 'vitest';
import type { KernelOp, Program } from '../../src/engine/compiler/ir';
import { adapterKey, readRecord, writeRecord } from '../../src/engine/compiler/tuning/store';
import { type ChoicePoint, candidatesOf, fingerprint, TuningTable } from '../../src/engine/compiler/tuning/table';
import {
  type Bench,
  forced,
  isolate,
  type Trial,
  type TuningTask,
  tuneAll,
  tuningTasks,
} from '../../src/engine/compiler/tuning/tuner';
import { type Candidate, tuned } from '../../src/engine/compiler/tuning/tuning';
import { adapterOf, roomy } from '../support/adapter';

const adapter = adapterOf('gpu', {
  vendor: 'v',
  architecture: 'a',
  description: 'd',
  features: new Set(['subgroups', 'shader-f16']),
  ...roomy,
});
const tiles = [{ tile: 1 }, { tile: 2 }, { tile: 4 }, { tile: 8 }];

/** A kernel that chooses its tile by the length of its result. */
const tiled = (kernel: string, inPlace = false): KernelOp => ({
  name: kernel,
  lower({ outputs: [y], adapter: asked }) {
    tuned(asked, kernel, y!.shape, tiles, tiles[1]!);
    return { kind: 'passes', passes: [] };
  },
  inPlace: () => (inPlace ? [[0, 0]] : []),
});
const plain: KernelOp = { name: 'plain', lower: () => ({ kind: 'passes', passes: [] }) };

const program = (ops: readonly (readonly [KernelOp, number])[]): Program => ({
  values: [{ shape: [7], dtype: 'float32' }, ...ops.map(([, n]) => ({ shape: [n], dtype: 'float32' as const }))],
  inputCount: 1,
  nodes: ops.map(([op], n) => ({ op, attrs: n, inputs: [n, 0], outputs: [n + 1], scalarBase: 9, scalarCount: 1 })),
  exports: [ops.length],
});

describe('tasks', () => {
  const matmul = tiled('matmul');
  const programs = [
    program([
      [matmul, 3],
      [plain, 4],
      [matmul, 5],
      [matmul, 3],
      [tiled('adam', true), 3],
    ]),
    program([[tiled('conv2d'), 3]]),
  ];

  test('are the questions that kernels ask, each once', () => {
    const tasks = tuningTasks(programs, adapter, new TuningTable());
    expect(tasks.map(({ point }) => `${point.kernel} ${point.shape}`)).toEqual(['matmul 3', 'matmul 5', 'conv2d 3']);
    expect(tasks.map(({ uses }) => uses)).toEqual([2, 1, 1]);
  });

  test('leave out what is known', () => {
    const [first] = tuningTasks(programs, adapter, new TuningTable());
    const among = fingerprint(candidatesOf(first!.point));
    const known = new TuningTable([{ kernel: 'matmul', shape: [3], best: tiles[0]!, among }]);
    expect(tuningTasks(programs, adapter, known)).toHaveLength(2);
  });

  test('come with a program of the node alone', () => {
    expect(isolate(programs[0]!, programs[0]!.nodes[2]!)).toEqual({
      values: [
        { shape: [4], dtype: 'float32' },
        { shape: [7], dtype: 'float32' },
        { shape: [5], dtype: 'float32' },
      ],
      inputCount: 2,
      nodes: [{ op: matmul, attrs: 2, inputs: [0, 1], outputs: [2], scalarBase: 0, scalarCount: 1 }],
      exports: [2],
    });
  });
});

test('one question can be answered by force, and the others from a table', () => {
  const point: ChoicePoint = { kernel: 'matmul', shape: [3], candidates: tiles, fallback: tiles[1]! };
  const among = fingerprint(candidatesOf(point));
  const table = new TuningTable([{ kernel: 'conv2d', shape: [3], best: tiles[2]!, among }]);
  const asked = { ...adapter, tuning: forced(point, tiles[3]!, table) };
  expect(tuned(asked, 'matmul', [3], tiles, tiles[1]!)).toEqual({ tile: 8 });
  expect(tuned(asked, 'conv2d', [3], tiles, tiles[1]!)).toEqual({ tile: 4 });
  expect(tuned(asked, 'matmul', [4], tiles, tiles[1]!)).toEqual({ tile: 2 });
});

/** A bench on which a run with a tile takes the time given for it; undefined: it does not work there, negative: it is wrong. */
class FakeBench implements Bench {
  clock = 0;
  readonly log: string[] = [];
  open_ = 0;
  constructor(private readonly times: Readonly<Record<number, number | undefined>>) {}

  now(): number {
    return this.clock;
  }

  async open(_: TuningTask, candidate: Candidate): Promise<Trial | null> {
    const time = this.times[candidate.tile as number];
    if (time === undefined) return null;
    this.open_++;
    return {
      time: async (repeats) => {
        this.clock += Math.abs(time) * repeats;
        this.log.push(`${candidate.tile}×${repeats}`);
        return Math.abs(time);
      },
      agrees: async () => time > 0,
      close: () => {
        this.open_--;
      },
    };
  }
}

const task = (shape: number, uses = 1): TuningTask => ({
  uses,
  point: { kernel: 'matmul', shape: [shape], candidates: tiles, fallback: tiles[1]! },
  program: program([]),
});
const ignore = () => {};

describe('tuning', () => {
  test('picks the fastest, which the fallback is measured beside', async () => {
    const bench = new FakeBench({ 1: 7, 2: 2, 4: 1, 8: 1.2 });
    const [choice] = await tuneAll([task(3)], bench, Infinity, ignore);
    expect(choice).toMatchObject({
      kernel: 'matmul',
      shape: [3],
      best: { tile: 4 },
      fallback: { tile: 2 },
      fallbackMilliseconds: 2,
      bestMilliseconds: 1,
      measured: 4,
    });
    expect(bench.open_).toBe(0);
    // Slow ones run once; short kernels run several times in one measurement.
    expect(bench.log.filter((line) => line.startsWith('1'))).toEqual(['1×1']);
    expect(bench.log.filter((line) => line === '4×4')).toHaveLength(4);
  });

  test('keeps the fallback where the gain is noise', async () => {
    const [choice] = await tuneAll([task(3)], new FakeBench({ 1: 0.99, 2: 1, 4: 0.98, 8: 3 }), Infinity, ignore);
    expect(choice!.best).toEqual({ tile: 2 });
  });

  test('takes no candidate that fails or computes something else', async () => {
    const bench = new FakeBench({ 1: undefined, 2: 2, 4: -0.1, 8: 1 });
    const [choice] = await tuneAll([task(3)], bench, Infinity, ignore);
    expect(choice).toMatchObject({ best: { tile: 8 }, measured: 2 });
    expect(bench.open_).toBe(0);
  });

  test('stops when the budget is spent, with whole choices only, and tells how far it is', async () => {
    const progress: string[] = [];
    const bench = new FakeBench({ 1: 10, 2: 10, 4: 10, 8: 10 });
    const choices = await tuneAll([task(3), task(4), task(5)], bench, 250, ({ done, total }) => {
      progress.push(`${done}/${total}`);
    });
    expect(choices.map(({ shape }) => shape[0])).toEqual([3]);
    expect(bench.open_).toBe(0);
    expect(progress[0]).toBe('0/12');
    expect(progress).toContain('4/12');
  });
});

test('tuning begins with what takes most of the time', async () => {
  const bench = new FakeBench({ 1: 1, 2: 1, 4: 1, 8: 1 });
  const choices = await tuneAll([task(3), task(4, 5), task(5, 2)], bench, Infinity, ignore);
  expect(choices.map(({ shape }) => shape[0])).toEqual([4, 5, 3]);
});

describe('the store', () => {
  const choice = { kernel: 'matmul', shape: [1, 2], best: { tile: 4, kind: 'a', wide: true }, among: 5 };

  test('gives back what it is given', () => {
    const record = { [adapterKey(adapter)]: [choice] };
    expect(readRecord(writeRecord(record))).toEqual(record);
    expect(adapterKey(adapter)).toBe('gpu | v | a | d | shader-f16 | subgroups');
  });

  test.each([
    ['nothing', null],
    ['no JSON', '{"format":1,"adap'],
    ['a number', '3'],
    ['another format', JSON.stringify({ format: 0, adapters: { a: [choice] } })],
    ['a list', JSON.stringify([choice])],
    ['adapters that are none', JSON.stringify({ format: 1, adapters: [choice] })],
  ])('ignores %s', (_, text) => {
    expect(readRecord(text)).toEqual({});
  });

  test('ignores single entries that are none', () => {
    const bad = [
      null,
      3,
      { ...choice, kernel: 1 },
      { ...choice, shape: ['x'] },
      { ...choice, best: { tile: null } },
      { ...choice, among: 'x' },
    ];
    const text = JSON.stringify({ format: 1, adapters: { a: [...bad, choice], b: 'x' } });
    expect(readRecord(text)).toEqual({ a: [choice] });
  });
});
