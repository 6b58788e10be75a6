// Integers of types that we hold in wider ones: results get the type of the inputs, and wrap around as that type does.
import type { Tensor } from '../../../torch';
import type { Call } from './call';
import { noteType, rangeOf, typeOf } from './element-type';
import { HostArray, type OnnxValue, Sequence } from './values';

/** Operators that do arithmetic, so that results may overflow the type. */
const computing: ReadonlySet<string> = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Mod', 'Pow', 'Sum', 'Neg', 'Abs', 'BitShift', 'BitwiseNot'],
]);

/** Operators whose outputs have the type of an input, by the index of that input. */
const keeping: ReadonlyMap<string, number> = new Map([
  ...[
    ...[...computing, 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor', 'Max', 'Min', 'Clip', 'Sign', 'ReduceMax', 'ReduceMin'],
    ...[
      'Identity',
      'Reshape',
      'Transpose',
      'Squeeze',
      'Unsqueeze',
      'Flatten',
      'Slice',
      'Split',
      'Concat',
      'Expand',
      'Tile',
    ],
    ...[
      'Gather',
      'GatherElements',
      'GatherND',
      'ScatterElements',
      'ScatterND',
      'Pad',
      'Trilu',
      'TopK',
      'MaxPool',
      'Resize',
    ],
  ].map((name) => [name, 0] as const),
  ['Where', 1],
]);

/**
 * The outputs of a node. If the file's type is narrower than ours, they are marked with it and wrapped to its range.
 */
export function narrowed(call: Call, results: readonly (OnnxValue | null)[]): readonly (OnnxValue | null)[] {
  const { opType, domain } = call.node;
  const i = domain === '' ? keeping.get(opType) : undefined;
  const source = i === undefined ? null : (call.inputs[i] ?? null);
  if (source === null || source instanceof Sequence) return results;
  const type = typeOf(source);
  const range = rangeOf(type);
  if (range === null || range[1] - range[0] >= 2 ** 16) return results;
  return results.map((value) => {
    if (value === null || value instanceof Sequence || value.dtype !== source.dtype) return value;
    if (!computing.has(opType)) return typeOf(value) === type ? value : noteType(value, type);
    return noteType(value instanceof HostArray ? wrappedOnHost(value, range) : wrapped(value, range), type);
  });
}

function wrappedOnHost({ shape, dtype, data }: HostArray, [least, greatest]: readonly [number, number]): HostArray {
  const size = greatest - least + 1;
  return new HostArray(
    shape,
    dtype,
    Array.from(data, (number) => ((((number - least) % size) + size) % size) + least),
  );
}

/** Integers wrapped to a range: only the lowest bits stay. */
function wrapped(x: Tensor, [least, greatest]: readonly [number, number]): Tensor {
  if (x.dtype === 'uint8' && greatest === 255) return x;
  return x
    .sub(least)
    .bitwiseAnd(greatest - least)
    .add(least)
    .to(x.dtype);
}
