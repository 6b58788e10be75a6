// Checks the inputs of a call of an imported network: names, ranks, sizes, dtypes, and that equal dynamic sizes agree.
import { ArgumentError, type DType, DTypeError, ShapeError, Tensor } from '../../../torch';
import { isPlainObject, kindOf } from '../../../torch/inside';
import type { DimMessage } from '../proto/messages';

/** An input of a network. */
export interface OnnxInput {
  readonly name: string;
  /**
   * For each dimension: a size, the name of a dynamic one, or null if unknown. Null as a whole if the rank is unknown.
   */
  readonly shape: readonly (number | string | null)[] | null;
  /** Null if the file does not say it. */
  readonly dtype: DType | null;
}

/** The tensors of a call in the order of the inputs. */
export function givenInputs(inputs: readonly OnnxInput[], args: readonly unknown[]): Tensor[] {
  const given = byOrder(inputs, args);
  const sizes = new Map<string, readonly [size: number, name: string]>();
  inputs.forEach((input, i) => {
    expectInput(input, given[i], sizes);
  });
  return given as Tensor[];
}

function byOrder(inputs: readonly OnnxInput[], args: readonly unknown[]): readonly unknown[] {
  const names = inputs.map(({ name }) => name);
  const listed = names.map((name) => `'${name}'`).join(', ');
  const [first] = args;
  if (args.length === 1 && isPlainObject(first)) {
    const unknown = Object.keys(first).find((name) => !names.includes(name));
    const missing = names.find((name) => !Object.hasOwn(first, name));
    if (unknown !== undefined)
      throw new ArgumentError(`onnx: got an unknown input '${unknown}'; the model takes ${listed}`);
    if (missing !== undefined)
      throw new ArgumentError(`onnx: expected input '${missing}', but it is left out; the model takes ${listed}`);
    return names.map((name) => first[name]);
  }
  if (args.length !== inputs.length) {
    throw new ArgumentError(`onnx: expected ${inputs.length} inputs (${listed}), but got ${args.length}`);
  }
  return args;
}

function expectInput(
  { name, shape, dtype }: OnnxInput,
  value: unknown,
  sizes: Map<string, readonly [size: number, name: string]>,
): void {
  if (!(value instanceof Tensor))
    throw new ArgumentError(`onnx: expected a tensor as input '${name}', but got ${kindOf(value)}`);
  if (dtype !== null && !fits(value.dtype, dtype)) {
    throw new DTypeError(
      `onnx: expected input '${name}' of dtype ${dtype}, but got ${value.dtype}; convert it with .to('${dtype}')`,
    );
  }
  if (shape === null) return;
  const wanted = `[${shape.map((dim) => dim ?? '?').join(', ')}]`;
  const refuse = (why: string): never => {
    throw new ShapeError(
      `onnx: expected input '${name}' of shape ${wanted}, but got [${value.shape.join(', ')}]${why}`,
    );
  };
  if (value.shape.length !== shape.length) refuse('');
  shape.forEach((dim, d) => {
    const size = value.shape[d]!;
    if (typeof dim === 'number' && dim !== size)
      refuse('; the size is fixed in the file, where dynamic axes leave it open');
    if (typeof dim !== 'string') return;
    const [known, other] = sizes.get(dim) ?? [size, name];
    if (known !== size) refuse(`: '${dim}' is ${known} in input '${other}' and ${size} here`);
    sizes.set(dim, [size, name]);
  });
}

/** 32-bit and 64-bit integers are held alike, and either float type is accepted. */
function fits(dtype: DType, wanted: DType): boolean {
  const kind = (type: DType): string =>
    type === 'int32' || type === 'int64' ? 'whole' : type === 'float16' || type === 'float32' ? 'float' : type;
  return kind(dtype) === kind(wanted);
}

/** The shape of an input in the file. A size below 0 is dynamic. */
export const shapeOf = (dims: readonly DimMessage[] | null): OnnxInput['shape'] =>
  dims?.map((dim) => (typeof dim === 'number' && dim < 0 ? null : dim)) ?? null;
