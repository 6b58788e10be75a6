// Padding: by a constant, or by the tensor's own elements.

import { cat, full, type Tensor } from '../../../../torch';
import { asTensor, axisOf, bounded, boundedList, type Elements, elements, gathered, sliced } from '../arrange';
import type { Call, Operator, Operators } from '../call';
import { HostArray } from '../values';

type Amounts = readonly (readonly [before: number, after: number])[];

/** Padding amounts are an attribute before version 11, and an input since. */
function amountsOf(call: Call, rank: number): Amounts {
  const given = call.opset >= 11 ? call.numbers(1) : (call.ints('pads') ?? call.fail("expected attribute 'pads'"));
  const axes =
    call.optionalNumbers(3)?.map((axis) => axisOf(call, axis, rank)) ?? Array.from({ length: rank }, (_, d) => d);
  if (given.length !== 2 * axes.length) call.fail(`expected ${2 * axes.length} pads, but got ${given.length}`);
  return Array.from({ length: rank }, (_, d) => {
    const i = axes.indexOf(d);
    return i < 0 ? [0, 0] : [given[i]!, given[axes.length + i]!];
  });
}

/** Negative amounts crop; this is done first. */
function cropped(call: Call, x: Elements, amounts: Amounts): Elements {
  if (amounts.flat().every((amount) => amount >= 0)) return x;
  const runs = x.shape.map((size, d) => {
    const start = Math.max(0, -amounts[d]![0]);
    return { start, step: 1, count: size - start - Math.max(0, -amounts[d]![1]) };
  });
  if (runs.some(({ count }) => count < 0)) call.fail('expected to crop fewer elements than the input has');
  return sliced(x, runs);
}

/** By mode: the index in a dimension that element i, which may be out of bounds, copies. */
const copied: Readonly<Record<string, (i: number, size: number) => number>> = {
  edge: (i, size) => Math.min(Math.max(i, 0), size - 1),
  wrap: (i, size) => ((i % size) + size) % size,
  reflect: (i, size) => {
    const period = Math.max(1, 2 * (size - 1));
    const within = ((i % period) + period) % period;
    return within < size ? within : period - within;
  },
};

const Pad: Operator = (call) => {
  const whole = elements(call, 0);
  const rank = whole.shape.length;
  const given = amountsOf(call, rank);
  const mode = call.text('mode', 'constant');
  bounded(
    call,
    whole.shape.map((size, d) => size + given[d]![0] + given[d]![1]),
  );
  let x = cropped(call, whole, given);
  const amounts = given.map(([before, after]) => [Math.max(0, before), Math.max(0, after)] as const);
  if (mode === 'constant') return constantly(call, asTensor(x), amounts);
  const place = copied[mode] ?? call.fail(`mode '${mode}' is not supported`);
  amounts.forEach(([before, after], d) => {
    if (before === 0 && after === 0) return;
    const size = x.shape[d]!;
    if (size === 0) call.fail(`mode '${mode}' needs elements to pad with, but got shape [${x.shape.join(', ')}]`);
    const places = Array.from({ length: boundedList(call, before + size + after) }, (_, i) => place(i - before, size));
    x = gathered(call, x, HostArray.of(places), d);
  });
  return x;
};

function constantly(call: Call, x: Tensor, amounts: Amounts): Tensor {
  const host = call.opset >= 11 ? (call.has(2) ? call.host(2)?.data[0] : 0) : call.float('value', 0);
  if (host !== undefined) return x.pad([...amounts].reverse().flat(), { value: host });
  const value = call.tensor(2).reshape([]);
  return amounts.reduce((y, [before, after], d) => {
    const block = (size: number) =>
      full([], 0, { dtype: y.dtype })
        .add(value)
        .expand(y.shape.map((own, k) => (k === d ? size : own)));
    return before + after === 0 ? y : cat([block(before), y, block(after)], d);
  }, x);
}

export const padding: Operators = { Pad };
