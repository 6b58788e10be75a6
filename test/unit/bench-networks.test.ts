import * as torch from 'lamplight';
import { type nn, vision } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { bytesOverBest, goals, meanOver, misses, over } from '../../bench/goals';
import type { LibraryName } from '../../bench/libraries/library';
import type { Figures } from '../../bench/measure';
import { graphOf, uses } from '../../bench/networks/graph';
import { poolingMatrix, weightsOf } from '../../bench/networks/weights';
import { safetensorsOf } from '../../bench/networks/weights-file';
import { modelRows } from '../../bench/rows/models';

const { models } = vision;

describe('the layers of a network', () => {
  test('are those of its modules and functions, in the order in which they run', () => {
    const graph = graphOf(() => models.lenet5(), [2, 1, 28, 28]);
    expect(graph.layers.map(({ op }) => op).join(' ')).toBe(
      'conv relu maxPool conv relu maxPool flatten linear relu linear relu linear',
    );
    expect(graph.shapes[graph.layers[3]!.output]).toEqual([2, 16, 10, 10]);
    expect(graph.shapes[graph.output]).toEqual([2, 10]);
    expect(graph.layers[3]).toMatchObject({ weight: 'features.3.weight', bias: 'features.3.bias', padding: [0, 0] });
    expect(graph.layers[7]).toMatchObject({ op: 'linear', flattened: [16, 5, 5] });
    expect(graph.layers[9]).toMatchObject({ flattened: null });
  });

  test('add and join what they are given, in place too', () => {
    const residual = graphOf(() => models.resnet18(), [1, 3, 64, 64]);
    const adds = residual.layers.filter(({ op }) => op === 'add');
    expect(adds).toHaveLength(8);
    // The identity of the first block is what the pooling gave.
    const pooled = residual.layers.find(({ op }) => op === 'maxPool')!.output;
    expect(adds[0]!.inputs[1]).toBe(pooled);
    expect(uses(residual)[pooled]).toBe(2);
    const joined = graphOf(() => models.unet({ baseChannels: 4 }), [1, 3, 32, 32]);
    expect(joined.layers.filter(({ op }) => op === 'cat')).toHaveLength(4);
    expect(joined.layers.filter(({ op }) => op === 'convTranspose')[0]).toMatchObject({
      kernel: [2, 2],
      padding: [0, 0],
    });
  });

  test('know how far windows reach over the end where sizes are rounded up', () => {
    const graph = graphOf(() => models.squeezenet1_1(), [1, 3, 64, 64]);
    const pools = graph.layers.flatMap((layer) => (layer.op === 'maxPool' ? [layer.overhang] : []));
    expect(pools).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    const odd = graphOf(() => models.squeezenet1_1(), [1, 3, 61, 61]);
    expect(odd.layers.flatMap((layer) => (layer.op === 'maxPool' ? [layer.overhang[0]] : []))).toContain(1);
  });

  test('read all that the state dict holds but for counts', () => {
    const builds: (() => nn.UnaryModule)[] = [() => models.resnet18(), () => models.squeezenet1_1()];
    for (const build of builds) {
      const { weights } = graphOf(build, [1, 3, 64, 64]);
      const state = Object.entries(build().stateDict()).filter(([name]) => !name.endsWith('num_batches_tracked'));
      expect(Object.fromEntries(weights)).toEqual(Object.fromEntries(state.map(([name, { shape }]) => [name, shape])));
    }
  });

  test('have the layouts of TensorFlow.js', () => {
    const weights = weightsOf(graphOf(() => models.lenet5(), [1, 1, 28, 28]));
    expect(weights['classifier.0.weight']!.tfjs).toMatchObject({ view: [120, 16, 5, 5], reshape: [400, 120] });
    expect(weights['classifier.2.weight']!.tfjs).toEqual({ permute: [1, 0] });
  });

  test('are in the bytes of a file what they are in lists', async () => {
    const weights = weightsOf(graphOf(() => models.lenet5(), [1, 1, 28, 28]));
    const state = await torch.load<Record<string, torch.Tensor>>(safetensorsOf(weights));
    expect(Object.keys(state)).toEqual(Object.keys(weights));
    const { shape, data } = weights['features.3.weight']!;
    expect(state['features.3.weight']!.shape).toEqual(shape);
    expect(await state['features.3.weight']!.data()).toEqual(data);
  });

  test('pool to any size by shares', () => {
    expect([...poolingMatrix(2, 3).data]).toEqual([1, 0, 0.5, 0.5, 0, 1]);
    expect([...poolingMatrix(4, 2).data]).toEqual([0.5, 0.5, 0, 0, 0, 0, 0.5, 0.5]);
  });

  test('make rows that can be chosen by a name of their own', () => {
    const names = modelRows.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(names.filter((other) => other.startsWith(`${name}-`))).toEqual([]);
  });
});

describe('the goals of networks', () => {
  const figures = (median: number, bytesLive = 100): Figures => ({
    first: 2 * median,
    times: [median],
    median,
    min: median,
    host: null,
    calls: { dispatches: 1, submits: 1, buffers: 0, bindGroups: 0, pipelines: 0, writes: 0 },
    bytesLive,
    bytesPeak: bytesLive,
    gpu: null,
  });
  const row = (name: string, times: Partial<Record<LibraryName, Figures>>) => ({ name, title: name, figures: times });
  const fast = row('resnet18-64', {
    'jax-js': figures(200),
    'ort-webgpu': figures(900),
    'ort-wasm': figures(1, 0),
    lamplight: figures(100),
  });
  const slow = row('mobilenetv2-64', {
    'jax-js': figures(90),
    'ort-webgpu': figures(300),
    lamplight: figures(100, 111),
  });
  const late = row('resnet18-224', { 'ort-webgpu': figures(9_000), lamplight: figures(1_100) });

  test('compare with the peers on the GPU, not with the processor', () => {
    expect(over(fast, 'ort-webgpu')).toBe(9);
    expect(misses(fast)).toEqual([]);
    expect(bytesOverBest(fast)).toBe(1);
    expect(meanOver([fast, slow], 'ort-webgpu')).toBeCloseTo(Math.sqrt(27));
    expect(meanOver([fast], 'tfjs')).toBeNull();
  });

  test('say what a row misses', () => {
    expect(misses(slow)).toEqual([
      '0.90× the fastest peer on WebGPU',
      '3.00× ort-webgpu, not 4×',
      '0.90× jax-js, not 3×',
      '1.11× the bytes of the peer with fewest',
    ]);
    expect(misses(late)).toEqual(['a first run of 2200 ms, not 2000']);
    const text = goals([fast, slow]).join('\n');
    expect(text).toContain('in the geometric mean: 5.20×');
    expect(text).toContain('- mobilenetv2-64: 0.90×');
    expect(goals([fast]).join('\n')).toContain('No row misses a goal.');
  });
});
