import { describe, expect, test } from 'vitest';
import { disagreement } from '../../bench/compare';
import { arrange, filter, image, linearAfterImage, normal, restore } from '../../bench/inputs';
import type { LibraryName } from '../../bench/libraries/library';
import type { Figures, RowReport } from '../../bench/measure';
import { peakOf } from '../../bench/peaks';
import { ahead, cliff, exponent, rate, share, shareOfPeak, tally } from '../../bench/ratios';
import { drawing, markdown, type Report } from '../../bench/report';

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
    gpu: null,
  });
  const row: RowReport = {
    name: 'matmul-512',
    title: 'matmul 512³',
    flops: 2 * 512 ** 3,
    bytes: null,
    goal: 1.25,
    point: null,
    missing: {},
    error: null,
    figures: { tfjs: figures(300), 'jax-js': figures(70), lamplight: figures(50), 'hand-written': figures(45) },
    friendly: null,
  };
  const report = (table: Report['table'], rows: RowReport[], libraries: LibraryName[] = ['lamplight']): Report => ({
    table,
    date: '2026-01-01 00:00',
    runtime: 'Chrome 150',
    adapter: 'none',
    processor: '2 × CPU',
    load: [0, 1],
    repeats: 1,
    libraries: libraries.map((name) => ({ name, version: '1.0.0' })),
    rows,
  });

  test('compares with the faster peer', () => {
    expect(ahead(row)).toBeCloseTo(1.4);
    expect(ahead({ figures: { lamplight: figures(1) } })).toBeNull();
  });

  test('gives the rate of the work', () => {
    expect(rate(row, 'lamplight')?.value).toBeCloseTo(5.37, 2);
    expect(rate({ ...row, flops: null, bytes: 1e8 }, 'lamplight')).toEqual({ value: 2, unit: 'GB/s' });
    expect(rate({ ...row, flops: null }, 'lamplight')).toBeNull();
  });

  test('gives the share of the hand-written kernels, and of the peak of a device it knows', () => {
    expect(share(row)).toBeCloseTo(0.9);
    expect(shareOfPeak(row, peakOf('nvidia hopper NVIDIA H200'))).toBeCloseTo(5.37 / 66_900, 6);
    expect(shareOfPeak(row, peakOf('google swiftshader'))).toBeNull();
  });

  test('goes by the clock of the GPU where that was asked', () => {
    const timed = { ...row, figures: { lamplight: { ...figures(50), gpu: 25 } } };
    expect(rate(timed, 'lamplight')?.value).toBeCloseTo(2 * 5.37, 2);
  });

  test('leaves a row that failed out of the tables, and says why', () => {
    const failed = { ...row, title: 'softmax', error: 'softmax: wrong', figures: {} };
    const text = markdown(report('main', [row, failed]));
    expect(text).toContain('| matmul 512³ | 50.0 (50.0) | 5.37 GFLOP/s | 5.97 GFLOP/s | 90 % | 1.40× | 1.25× |');
    expect(text).toContain('| matmul 512³ | 1 / 2 / 3 / 4 / 5 / 6 |');
    expect(text).toContain('- softmax: wrong');
    expect(text).not.toContain('| softmax');
  });

  test('counts the rows in which every peer is behind, and says who has no part and why', () => {
    const slow = { ...row, title: 'conv', figures: { 'jax-js': figures(40), lamplight: figures(50) } };
    const alone = { ...row, title: 'groups', figures: { lamplight: figures(50) }, missing: { tfjs: 'it has none' } };
    expect(tally([row, slow, alone])).toMatchObject({ ahead: 1, of: 2, worst: { title: 'conv' } });
    const text = markdown(report('odd', [row, slow, alone], ['tfjs', 'jax-js', 'lamplight']));
    expect(text).toContain('ahead of every peer on 1 of 2 rows (50 %); worst: 0.80× on conv.');
    expect(text).toContain('- groups, tfjs: it has none');
  });

  test('sets an odd size beside the next friendly one', () => {
    const odd = { ...row, friendly: { title: 'matmul 520³', figures: figures(40) } };
    expect(cliff(odd)).toBeCloseTo(1.25);
    expect(markdown(report('odd', [odd]))).toContain('| 40.0 (matmul 520³) | 1.25× |');
  });

  test('fits how time grows with the work, and draws it', () => {
    expect(exponent([1, 2, 4].map((work) => ({ work, time: 3 * work ** 0.9 })))).toBeCloseTo(0.9);
    expect(exponent([{ work: 1, time: 1 }])).toBeNull();
    const rows = [1, 2, 4].map((size) => ({
      ...row,
      flops: 1e9 * size,
      point: { series: 'batch size', size },
      figures: { lamplight: figures(10 * size) },
    }));
    expect(markdown(report('scaling', rows))).toContain('| p in time ∝ workᵖ |  | 1.00 |');
    const image = drawing(report('scaling', rows));
    expect(image).toMatch(/^<svg[\s\S]*<\/svg>\n$/);
    expect(image.match(/<circle/g)).toHaveLength(3);
    expect(image).toContain('lamplight, p = 1.00');
  });
});
