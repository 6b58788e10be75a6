// Values made from attributes and numbers: constants, ranges, filled tensors, and casts.
import { arange, full, type Tensor } from '../../../../torch';
import { isFloat } from '../../../../torch/inside';
import { DATA, type TensorMessage } from '../../proto/messages';
import { bounded, type Elements, elements } from '../arrange';
import type { Call, Operator, Operators } from '../call';
import { expectType, noteType, rangeOf, typeOf } from '../element-type';
import { hostArray, isSmall } from '../host';
import { hostArrayOf } from '../tensors';
import { HostArray, type HostType } from '../values';
import { isMinifloat, numberTo, roundedTo } from './minifloat';

/** A filled constant; with few elements it is an array on the host. */
const filled = (shape: readonly number[], dtype: HostType, number: number): Elements =>
  isSmall(shape)
    ? hostArray(shape, dtype, new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(number))
    : full([...shape], number, { dtype });

const ConstantOfShape: Operator = (call) => {
  const shape = bounded(call, call.numbers(0));
  const message: TensorMessage | null = call.tensorAttribute('value');
  if (!message) return filled(shape, 'float32', 0);
  const value = hostArrayOf(message, { half: expectType(call, DATA.float16) === 'float16' });
  return noteType(filled(shape, value.dtype, value.data[0] ?? 0), message.dataType);
};

const Range: Operator = (call) => {
  const [start, limit, delta] = [call.number(0), call.number(1), call.number(2)];
  const { dtype } = elements(call, 0);
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  bounded(call, [count]);
  if (isSmall([count])) {
    return hostArray(
      [count],
      dtype,
      Array.from({ length: count }, (_, i) => start + i * delta),
    );
  }
  return arange(count).to(dtype).mul(delta).add(start).to(dtype);
};

const EyeLike: Operator = (call) => {
  const x = elements(call, 0);
  const [rows, columns] = x.shape;
  if (x.shape.length !== 2) call.fail(`expected an input of 2 dimensions, but got shape [${x.shape.join(', ')}]`);
  const type = call.int('dtype', typeOf(x));
  const diagonal = arange(rows!).unsqueeze(1).add(call.int('k', 0)).eq(arange(columns!));
  return noteType(diagonal.to(expectType(call, type)), type);
};

/** A cast: fractions are truncated, and integers that do not fit keep their lowest bits. */
function cast(call: Call, x: Elements, type: number): Elements {
  const dtype = expectType(call, type);
  if (x instanceof HostArray) return noteType(hostArray(x.shape, dtype, onHost(call, x, type)), type);
  if (isMinifloat(type)) return noteType(roundedTo(x, type, saturates(call, type)), type);
  const range = rangeOf(type);
  const source = dtype === 'uint8' || range === null || range[1] >= 2 ** 31 - 1 ? null : range;
  if (dtype === 'uint8' && isFloat(x.dtype))
    return noteType(wrappedTo(x.to('int32'), rangeOf(type)!).to('uint8'), type);
  const whole = x.to(dtype);
  return noteType(source && typeOf(x) !== type ? wrappedTo(whole, source) : whole, type);
}

const wrappedTo = (x: Tensor, [least, greatest]: readonly [number, number]): Tensor =>
  x
    .sub(least)
    .bitwiseAnd(greatest - least)
    .add(least)
    .to(x.dtype);

function onHost(call: Call, x: HostArray, type: number): number[] {
  const range = rangeOf(type);
  const numbers = Array.from(x.data);
  if (isMinifloat(type)) return numbers.map((number) => numberTo(number, type, saturates(call, type)));
  if (!range || type === DATA.int32 || type === DATA.uint32) return numbers;
  const [least, greatest] = range;
  const count = greatest - least + 1;
  return numbers.map((number) => {
    const moved = (Math.trunc(number) - least) % count;
    return (moved < 0 ? moved + count : moved) + least;
  });
}

/** Whether numbers above the type's largest become that number. In bfloat16 they become infinite. */
const saturates = (call: Call, type: number): boolean => type !== DATA.bfloat16 && call.int('saturate', 1) === 1;

const Cast: Operator = (call) => cast(call, elements(call, 0), call.int('to'));

const CastLike: Operator = (call) => cast(call, elements(call, 0), typeOf(elements(call, 1)));

export const constants: Operators = { ConstantOfShape, Range, EyeLike, Cast, CastLike };
