// Lowers the assembly of many values into one result, in which each value has a window.
import source from '../../../shaders/assemble.wgsl?raw';
import { clearPass } from '../compiler/clear-pass';
import { gridFor, input, type LowerContext, type Lowering, numbered, output, type Pass, scalar } from '../compiler/ir';
import { vec8 } from '../compiler/strided';
import { numel } from '../core/meta';
import type { AssembleAttrs, Layer } from '../ops/shape/assemble';

const WORKGROUP = 64;
/** The values of one pass: together with the output, every WebGPU device can bind their buffers. */
const VALUES_PER_PASS = 6;

/** Inputs: the values. Dynamic scalar k is the offset of window k. */
export function assemble({ attrs: { shape, lanes, covers, layers } }: LowerContext<AssembleAttrs>): Lowering {
  const passes: Pass[] = covers ? [] : [clearPass('assemble', numel(shape))];
  let first = 0;
  layers.forEach((layer, l) => {
    for (let start = 0; start < layer.cols.length; start += VALUES_PER_PASS) {
      passes.push(layerPass(layer, start, first, lanes, l > 0));
    }
    first += layer.cols.length;
  });
  return { kind: 'passes', passes };
}

/**
 * Writes (or adds) up to VALUES_PER_PASS windows of a layer, from window `start` on. Input `first` has the layer's
 * first window.
 */
function layerPass({ rows, cols }: Layer, start: number, first: number, lanes: 1 | 4, adds: boolean): Pass {
  const consts = { RANK: rows.length };
  const group = cols.slice(start, start + VALUES_PER_PASS).map((count) => count / lanes);
  const times = rows.reduce((product, { size }) => product * size, 1);
  let count = 0;
  const ends = group.map((own) => {
    count += own * times;
    return count;
  });
  const slots = Array.from({ length: VALUES_PER_PASS }, (_, k) => k);
  // The number of bindings and fields is fixed, so the first window fills those that are unused.
  const at = (k: number) => first + start + (k < group.length ? k : 0);
  const inward = rows.toReversed();
  const text = lanes === 4 ? source.replace('alias Element = f32;', 'alias Element = vec4<f32>;') : source;
  return {
    source: [text],
    label: 'assemble',
    consts,
    overrides: { ADD: adds ? 1 : 0 },
    reads: slots.map((k) => input(at(k))),
    writes: [output()],
    params: {
      count,
      ...numbered('end', VALUES_PER_PASS - 1, (k) => ends[k] ?? count),
      ...numbered('cols', VALUES_PER_PASS, (k) => group[k] ?? 1),
      ...numbered('offset', VALUES_PER_PASS, (k) => scalar(at(k), 'u32')),
      padding0: 0,
      padding1: 0,
      ...vec8(
        'sizes',
        inward.map(({ size }) => size),
        1,
      ),
      ...vec8(
        'strides',
        inward.map(({ stride }) => stride / lanes),
        0,
      ),
    },
    grid: gridFor(count, WORKGROUP),
  };
}
