// Sequences of tensors: construct, read, modify, split and concatenate.
import { cat, stack } from '../../../../torch';
import { asTensor, axisOf, boundedList, type Elements, elements } from '../arrange';
import type { Call, Operator, Operators } from '../call';
import { HostArray, Sequence } from '../values';
import { splitAxis } from './shape';

/** An index into a sequence, counted from the front. */
function placeOf(call: Call, i: number, length: number): number {
  const given = call.number(i);
  const place = given < 0 ? given + length : given;
  if (place >= 0 && place < length) return place;
  return call.fail(`expected a place among ${length} items, but got ${given}`);
}

const SequenceInsert: Operator = (call) => {
  const items = [...call.sequence(0).items];
  const place = call.has(2) ? placeOf(call, 2, items.length + 1) : items.length;
  items.splice(place, 0, elements(call, 1));
  return new Sequence(items);
};

const SequenceErase: Operator = (call) => {
  const items = [...call.sequence(0).items];
  items.splice(call.has(1) ? placeOf(call, 1, items.length) : items.length - 1, 1);
  return new Sequence(items);
};

/** Splits into parts of one size, or of given sizes. Parts of one element may drop the axis. */
const SplitToSequence: Operator = (call) => {
  const x = elements(call, 0);
  const axis = axisOf(call, call.int('axis', 0), x.shape.length);
  const size = x.shape[axis]!;
  if (!call.has(1)) {
    const parts = splitAxis(x, axis, new Array<number>(boundedList(call, size)).fill(1));
    return new Sequence(call.int('keepdims', 1) === 1 ? parts : parts.map((part) => asTensor(part).squeeze(axis)));
  }
  const split = elements(call, 1);
  const given = call.numbers(1);
  if (split.shape.length > 0) return new Sequence(splitAxis(x, axis, given));
  const each = given[0]!;
  if (!(each > 0)) call.fail(`expected parts of at least 1 element, but got ${each}`);
  const sizes = Array.from({ length: boundedList(call, Math.ceil(size / each)) }, (_, i) =>
    Math.min(each, size - i * each),
  );
  return new Sequence(splitAxis(x, axis, sizes));
};

const ConcatFromSequence: Operator = (call) => {
  const items = call.sequence(0).items.map(asTensor);
  const axis = call.int('axis');
  return call.int('new_axis', 0) === 1 ? stack(items, axis) : cat(items, axis);
};

export const sequences: Operators = {
  SequenceConstruct: (call) => new Sequence(call.inputs.map((_, i): Elements => elements(call, i))),
  SequenceEmpty: () => new Sequence([]),
  SequenceAt: (call) => {
    const { items } = call.sequence(0);
    return items[placeOf(call, 1, items.length)]!;
  },
  SequenceLength: (call) => new HostArray([], 'int64', [call.sequence(0).items.length]),
  SequenceInsert,
  SequenceErase,
  SplitToSequence,
  ConcatFromSequence,
};
