// Whole numbers of types that we hold in wider ones: results have the type of the inputs, and wrap around as that type does.
import type { Tensor } from '../../../torch';
import type { Call } from './call';
import { noteType, rangeOf, typeOf } from './element-type';
import { HostArray, type OnnxValue, Sequence } from './values';

/** Operators that compute, so that results may leave the type. */
const computing: ReadonlySet<string> = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Mod', 'Pow', 'Sum', 'Neg', 'Abs', 'BitShift', 'BitwiseNot'],
]);

/** Operators whose outputs of that type have the type of an input, by the place of that input. */
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

/** The outputs of a node; where the type of the file is narrower than ours, they know it and lie within it. */
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

/** The lowest bits of whole numbers. */
function wrapped(x: Tensor, [least, greatest]: readonly [number, number]): Tensor {
  if (x.dtype === 'uint8' && greatest === 255) return x;
  return x
    .sub(least)
    .bitwiseAnd(greatest - least)
    .add(least)
    .to(x.dtype);
}
