// Samples of categories by weights, from random numbers that the host has drawn: with and without replacement.
import faultLib from '../../shaders/lib/fault.wgsl?raw';
import { fault, input, output, scratch, u32 } from '../compiler/ir';
import { gridFor } from '../compiler/lowering';
import type { Text } from '../compiler/texts';
import { BYTES_PER_ELEMENT, numel } from '../core/meta';
import { faultOp } from '../gpu/faults';
import { record } from '../graph/record';
import type { Op, Value } from '../graph/value';
import { argmax } from './arg';
import { topk } from './sort';

const weightsLib: Text = '#conv/libWeights';
const raceSource: Text = '#sort/multinomialRace';
const searchSource: Text = '#sort/multinomialSearch';
const sumSource: Text = '#sort/multinomialSum';

const WORKGROUP = 64;

const rowsOf = (shape: readonly number[]): number => numel(shape.slice(0, -1));

const searchOp: Op = {
  name: 'multinomial',
  infer: ([, u]) => [{ shape: u.shape, dtype: 'int64' }],
  lower({ inputs: [x, u] }) {
    const columns = x.shape.at(-1)!;
    const samples = u.shape.at(-1)!;
    const rows = rowsOf(x.shape);
    return {
      kind: 'passes',
      scratch: [rows * columns * BYTES_PER_ELEMENT],
      passes: [
        {
          source: [faultLib, weightsLib, sumSource],
          label: 'multinomial sums',
          reads: [input(0)],
          writes: [scratch(), fault],
          overrides: { FAULT_OP: faultOp('multinomial') },
          params: [u32(rows), u32(columns)],
          grid: gridFor(rows, WORKGROUP),
        },
        {
          source: [searchSource],
          label: 'multinomial',
          reads: [scratch(), input(1)],
          writes: [output()],
          params: [u32(rows * samples), u32(columns), u32(samples)],
          grid: gridFor(rows * samples, WORKGROUP),
        },
      ],
    };
  },
};

/**
 * A category for each uniform number, by weights x; one may come several times. Shapes: x [..., n], u [..., samples] → int64 [..., samples].
 *
 * A number that float32 does not hold must be given as the next one above, since comparing with that comes to the same.
 */
export const sampleByUniform = (x: Value, u: Value): Value => record(searchOp, [x, u], undefined);

const raceOp: Op = {
  name: 'multinomial',
  infer: ([x]) => [{ shape: x.shape, dtype: 'float32' }],
  lower({ inputs: [x] }) {
    const rows = rowsOf(x.shape);
    const pass = {
      source: [faultLib, weightsLib, raceSource],
      label: 'multinomial',
      reads: [input(0), input(1)],
      writes: [output(), fault],
      overrides: { FAULT_OP: faultOp('multinomial') },
      params: [u32(rows), u32(x.shape.at(-1)!)],
      grid: gridFor(rows, WORKGROUP),
    };
    return { kind: 'passes', passes: [pass] };
  },
};

/** Categories by weights x and exponential numbers q of their shape, none of them twice. Shape: [..., n] → int64 [..., samples]. */
export function sampleByExponential(x: Value, q: Value, samples: number): Value {
  const race = record(raceOp, [x, q], undefined);
  return samples === 1 ? argmax(race, -1, true) : topk(race, samples, -1, true)[1];
}
