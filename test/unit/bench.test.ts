import { describe, expect, test } from 'vitest';
import { disagreement } from '../../bench/compare';
import { arrange, filter, image, linearAfterImage, normal, restore } from '../../bench/inputs';
import type { Figures, RowReport } from '../../bench/measure';
import { ahead, markdown, rate } from '../../bench/report';

describe('layouts of the benchmark', () => {
  test('an image has its channels last in TensorFlow.js', () => {
    const array = { shape: [1, 2, 2, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
    const arranged = arrange(array, image);
    expect(arranged.shape).toEqual([1, 2, 2, 2]);
    expect([...arranged.data]).toEqual([1, 5, 2, 6, 3, 7, 4, 8]);
  });

  test.each([
    ['an image', [2, 3, 4, 5], image],
    ['a filter', [4, 3, 2, 5], filter],
    ['a classifier', [10, 3 * 4 * 5], linearAfterImage(10, 3, 4, 5)],
  ])('%s comes back as it was', (_, shape, layout) => {
    const array = normal(1, shape);
    expect(restore(arrange(array, layout).data, layout, shape)).toEqual(array.data);
  });

  test('a classifier reads a flattened image with its channels last', () => {
    const { shape, data } = arrange({ shape: [1, 4], data: Float32Array.of(1, 2, 3, 4) }, linearAfterImage(1, 2, 2, 1));
    expect(shape).toEqual([4, 1]);
    expect([...data]).toEqual([1, 3, 2, 4]);
  });
});

describe('the comparison', () => {
  const results = (...values: number[][]) =>
    values.map((y, i) => ({ library: `library${i}`, outputs: { y: Float32Array.from(y) } }));

  test('passes what is within the tolerance of the largest magnitude', () => {
    expect(disagreement('row', 1e-3, results([0.01, 100], [0, 100.05], [0.01, 100]))).toBeNull();
  });

  test('names the row, the result and the libraries', () => {
    const found = disagreement('softmax', 1e-3, results([1, 2], [1, 2], [1, 2.1]));
    expect(found).toBe(
      'softmax: y of library0 and library2 differ by 5.0e-2 of the largest magnitude, more than 0.001',
    );
  });

  test('does not pass a NaN, nor another size', () => {
    expect(disagreement('row', 1, results([1], [Number.NaN]))).toContain('differ by NaN');
    expect(disagreement('row', 1, results([1], [1, 2]))).toContain('has 1 elements in library0, but 2 in library1');
  });
});

describe('the report', () => {
  const figures = (median: number): Figures => ({
    first: 2 * median,
    times: [median],
    median,
    min: median,
    host: null,
    calls: { dispatches: 1, submits: 2, buffers: 3, bindGroups: 4, pipelines: 5, writes: 6 },
    bytesLive: 1e6,
    bytesPeak: 2e6,
  });
  const row: RowReport = {
    name: 'matmul-512',
    title: 'matmul 512³',
    flops: 2 * 512 ** 3,
    bytes: null,
    goal: 1.25,
    error: null,
    figures: { tfjs: figures(300), 'jax-js': figures(70), lamplight: figures(50) },
  };

  test('compares with the faster peer', () => {
    expect(ahead(row)).toBeCloseTo(1.4);
    expect(ahead({ figures: { lamplight: figures(1) } })).toBeNull();
  });

  test('gives the rate of the work', () => {
    expect(rate(row)).toBe('5.37 GFLOP/s');
    expect(rate({ ...row, flops: null, bytes: 1e8 })).toBe('2.00 GB/s');
    expect(rate({ ...row, flops: null })).toBe('–');
  });

  test('leaves a row that failed out of the tables, and says why', () => {
    const text = markdown({
      date: '2026-01-01 00:00',
      browser: 'Chrome 150',
      adapter: 'none',
      processor: '2 × CPU',
      load: [0, 1],
      repeats: 1,
      libraries: [{ name: 'lamplight', version: '0.1.0' }],
      rows: [row, { ...row, title: 'softmax', error: 'softmax: wrong', figures: {} }],
    });
    expect(text).toContain('| matmul 512³ | 50.0 (50.0) | 5.37 GFLOP/s | 1.40× | 1.25× |');
    expect(text).toContain('| matmul 512³ | 1 / 2 / 3 / 4 / 5 / 6 |');
    expect(text).toContain('- softmax: wrong');
    expect(text).not.toContain('| softmax');
  });
});
