// rearrange, reduce and repeat: split, join, move, reduce and add dimensions by a pattern.
import { ArgumentError, stack, type Tensor } from '../../torch';
import { isPlainObject, isTensorObject as isTensor, kindOf, kinds, parseArgs } from '../../torch/inside';
import { type AxesLengths, type Kind, planOf, sizesOf } from './plan';

/**
 * How `reduce` combines elements: a name, or a function of a tensor and the dimensions to reduce, which are its last.
 */
export type Reduction =
  | 'min'
  | 'max'
  | 'sum'
  | 'mean'
  | 'prod'
  | 'any'
  | 'all'
  | ((x: Tensor, dims: number[]) => Tensor);

const reductions: Readonly<Record<string, (x: Tensor, dims: number[]) => Tensor>> = {
  min: (x, dims) => x.amin(dims),
  max: (x, dims) => x.amax(dims),
  sum: (x, dims) => x.sum(dims),
  mean: (x, dims) => x.mean(dims),
  prod: (x, dims) => dims.toReversed().reduce((y, dim) => y.prod(dim), x),
  any: (x, dims) => dims.toReversed().reduce((y, dim) => y.any(dim), x),
  all: (x, dims) => dims.toReversed().reduce((y, dim) => y.all(dim), x),
};

/** A tensor, or a list of tensors of one shape, which are stacked along a new first dimension. */
export type Input = Tensor | readonly Tensor[];

/** Named parameters, together with the sizes of axes. */
type Named<Parameters> = Parameters & { readonly [axis: string]: unknown };

type Arguments =
  | [tensor: Input, pattern: string, /** Sizes of axes, by their names. */ axesLengths?: AxesLengths]
  | [
      tensor: Input,
      named: Named<{
        /** The shapes before and after, in words. */
        pattern: string;
      }>,
    ]
  | [named: Named<{ tensor: Input; pattern: string }>];

type ReduceArguments =
  | [
      tensor: Input,
      pattern: string,
      reduction: Reduction,
      /** Sizes of axes, by their names. */ axesLengths?: AxesLengths,
    ]
  | [tensor: Input, pattern: string, named: Named<{ reduction: Reduction }>]
  | [
      tensor: Input,
      named: Named<{
        /** The shapes before and after, in words. */
        pattern: string;
        reduction: Reduction;
      }>,
    ]
  | [named: Named<{ tensor: Input; pattern: string; reduction: Reduction }>];

/**
 * Moves, splits and joins dimensions: `rearrange(x, 'b c (h p) (w q) -> b (h w) (p q c)', { p: 4, q: 4 })`. In
 * parentheses, the last axis moves fastest; `1` and `()` are dimensions of size 1, `...` any dimensions. Shape: left
 * side → right side.
 *
 * @throws ArgumentError if the pattern cannot be parsed
 * @throws ShapeError if the tensor's shape does not fit the pattern
 */
export function rearrange(...args: Arguments): Tensor {
  const { values, lengths } = matched('rearrange', ['tensor', 'pattern'], args);
  return arrange('rearrange', 'rearrange', values.tensor, textOf('rearrange', values.pattern), null, lengths);
}

/**
 * Like `rearrange`, but axes that are missing on the right side are reduced:
 * `reduce(x, 'b c (h 2) (w 2) -> b c h w', 'max')` is max pooling.
 *
 * @throws ArgumentError if the pattern cannot be parsed, or the reduction is unknown
 * @throws ShapeError if the tensor's shape does not fit the pattern
 */
export function reduce(...args: ReduceArguments): Tensor {
  const { values, lengths } = matched('reduce', ['tensor', 'pattern', 'reduction'], args);
  const reduction = checkedReduction('reduce', values.reduction);
  return arrange('reduce', 'reduce', values.tensor, textOf('reduce', values.pattern), reduction, lengths);
}

/**
 * Like `rearrange`, but elements are repeated along the axes that only the right side has:
 * `repeat(x, 'h w -> h w c', { c: 3 })`, `repeat(x, 'h w -> (h 2) w')`.
 *
 * @throws ArgumentError if the pattern cannot be parsed
 * @throws ShapeError if the tensor's shape does not fit the pattern
 */
export function repeat(...args: Arguments): Tensor {
  const { values, lengths } = matched('repeat', ['tensor', 'pattern'], args);
  return arrange('repeat', 'repeat', values.tensor, textOf('repeat', values.pattern), null, lengths);
}

interface Matched {
  readonly values: Readonly<Record<string, unknown>>;
  readonly lengths: AxesLengths;
}

/**
 * The parameters `required` and `optional`, positional or by name, and the sizes of axes, by name in a trailing object.
 */
export function matched(
  op: string,
  required: readonly string[],
  args: readonly unknown[],
  optional: readonly string[] = [],
): Matched {
  const order = [...required, ...optional];
  const last = args.at(-1);
  const named = isPlainObject(last) ? last : {};
  const places = isPlainObject(last) ? args.slice(0, -1) : args;
  if (places.length > order.length) {
    throw new ArgumentError(
      `${op}: expected at most ${order.join(', ')}, and the sizes of axes in an object, but got ${kindOf(places[order.length])}, too`,
    );
  }
  const parameters: Record<string, unknown> = {};
  const lengths: Record<string, number> = {};
  for (const [name, value] of Object.entries(named)) {
    if (order.includes(name)) parameters[name] = value;
    else lengths[name] = lengthOf(op, name, value);
  }
  const defaults = Object.fromEntries(optional.map((name) => [name, undefined]));
  const unchecked = Object.fromEntries(order.map((name) => [name, kinds.anything]));
  const values = parseArgs<Record<string, unknown>>(op, required, defaults, [...places, parameters], unchecked);
  return { values, lengths };
}

const MOST = 2 ** 31 - 1;

function lengthOf(op: string, name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST) return value;
  throw new ArgumentError(`${op}: expected the size of axis '${name}' to be a whole number, but got ${kindOf(value)}`);
}

/** @throws ArgumentError if a pattern or a list of axes is not a string */
export function textOf(op: string, text: unknown, name = 'pattern'): string {
  if (typeof text === 'string') return text;
  throw new ArgumentError(`${op}: expected ${name} to be text such as 'b c h w', but got ${kindOf(text)}`);
}

export function checkedReduction(op: string, reduction: unknown): Reduction {
  if (typeof reduction === 'function') return reduction as Reduction;
  if (typeof reduction === 'string' && Object.hasOwn(reductions, reduction)) return reduction as Reduction;
  const names = Object.keys(reductions).join(', ');
  throw new ArgumentError(
    `${op}: expected a reduction out of ${names}, or a function, but got ${typeof reduction === 'string' ? `'${reduction}'` : kindOf(reduction)}`,
  );
}

/** A tensor, or a list of tensors stacked into one. */
function together(op: string, input: unknown): Tensor {
  if (isTensor(input)) return input;
  if (Array.isArray(input) && input.length > 0) return stack(input as Tensor[], 0);
  throw new ArgumentError(`${op}: expected a tensor, or a list of tensors of one shape, but got ${kindOf(input)}`);
}

/** Applies a pattern to the input; errors name `op`. */
export function arrange(
  op: string,
  kind: Kind,
  input: unknown,
  pattern: string,
  reduction: Reduction | null,
  lengths: AxesLengths,
): Tensor {
  let x = together(op, input);
  const plan = planOf(op, kind, pattern, x.shape.length, Object.keys(lengths));
  const sizes = sizesOf(op, pattern, plan, x.shape, lengths);
  const sizeOf = ({ name }: { readonly name: string }) => sizes.get(name)!;
  x = shaped(x, plan.input.flat().map(sizeOf));
  if (reduction !== null && plan.reduced.length > 0) x = reduced(x, plan.reduced, reduction);
  if (plan.order.some((from, to) => from !== to)) x = x.permute(plan.order);
  if (plan.added.size > 0) {
    const axes = plan.result.flat();
    x = x.reshape(axes.map((axis) => (plan.added.has(axis.name) ? 1 : sizeOf(axis)))).expand(axes.map(sizeOf));
  }
  return shaped(
    x,
    plan.result.map((group) => group.reduce((n, axis) => n * sizeOf(axis), 1)),
  );
}

const shaped = (x: Tensor, shape: readonly number[]): Tensor =>
  x.shape.length === shape.length && shape.every((size, d) => size === x.shape[d]) ? x : x.reshape(shape);

function reduced(x: Tensor, dims: readonly number[], reduction: Reduction): Tensor {
  if (typeof reduction === 'string') return reductions[reduction]!(x, [...dims]);
  const kept = x.shape.flatMap((_, d) => (dims.includes(d) ? [] : [d]));
  const y = reduction(
    x.permute([...kept, ...dims]),
    dims.map((_, i) => kept.length + i),
  );
  if (isTensor(y) && y.shape.length === kept.length && kept.every((d, i) => x.shape[d] === y.shape[i])) return y;
  throw new ArgumentError(
    `reduce: expected the function to reduce the dimensions that it was given, to a tensor of ${kept.length} dimensions, but got ${isTensor(y) ? `shape [${y.shape.join(', ')}]` : kindOf(y)}`,
  );
}
