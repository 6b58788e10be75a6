// Defines pointwise operations: a WGSL expression, the dtypes it takes, and a one-line gradient for each input.
import type { Lowering } from '../../compiler/ir';
import { DTypeError } from '../../core/errors';
import { type DType, isFloat, type Meta, scalarOf } from '../../core/meta';
import { expectFloat } from '../../graph/record';
import type { GradContext, Op, Value } from '../../graph/value';
import { broadcastShapes } from '../shape/broadcast';

/**
 * The values that a gradient may read: inputs `a b c d e`, the output `y` and the dynamic scalars `s`. Of the inputs
 * and the output, only those named by `saves` have contents.
 */
interface Saved {
  readonly a: Value;
  readonly b: Value;
  readonly c: Value;
  readonly d: Value;
  readonly e: Value;
  readonly y: Value;
  readonly s: readonly number[];
}

/**
 * Reads a value only when a gradient asks for it, because values that no gradient reads may have been changed in place.
 */
class Reads implements Saved {
  constructor(private readonly node: GradContext<undefined>) {}

  private input(i: number): Value {
    const { inputs, read } = this.node;
    return read(inputs[i]!);
  }

  get a(): Value {
    return this.input(0);
  }

  get b(): Value {
    return this.input(1);
  }

  get c(): Value {
    return this.input(2);
  }

  get d(): Value {
    return this.input(3);
  }

  get e(): Value {
    return this.input(4);
  }

  get y(): Value {
    const { outputs, read } = this.node;
    return read(outputs[0]!);
  }

  get s(): readonly number[] {
    return this.node.scalars;
  }
}

interface PointwiseSpec {
  readonly name: string;
  readonly gradName?: string;
  /**
   * WGSL over the inputs `a0 a1 …` and scalars `s0 s1 …`; a function of the last input's dtype if it depends on that.
   */
  readonly expr: string | ((dtype: DType) => string);
  readonly lib?: readonly string[];
  /** `float`: floats only (default); `number`: all dtypes but bool; `integer`: integers and bool; `any`: all. */
  readonly takes?: 'float' | 'number' | 'integer' | 'any';
  /** The first input is a bool condition; only the others must agree in dtype. */
  readonly condition?: boolean;
  /** The dtype of the result. Default: that of the last input. */
  readonly result?: DType;
  /** If `a0` is 0 the result is 0; otherwise it is `a0` times a finite factor, which depends on `a1`. */
  readonly scales?: boolean;
  /** For each input its gradient, or null if it has none; without the list, the op is not differentiable. */
  readonly grads?: readonly (((dy: Value, saved: Saved) => Value) | null)[];
  /** The letters of the values that the gradients read, such as `'ab'` or `'y'`. */
  readonly saves?: string;
}

/** The operation that a spec describes. Operands broadcast; dynamic scalars have the dtype of the last input. */
export function pointwise(spec: PointwiseSpec): Op<undefined> {
  const { name, expr, lib, scales, grads, saves = '' } = spec;
  return {
    name,
    gradName: spec.gradName,
    takesHalf: true,
    remakes: true,
    elementwise: true,
    readsSaved: true,
    saves: {
      inputs: [...'abcde'].flatMap((letter, i) => (saves.includes(letter) ? [i] : [])),
      outputs: saves.includes('y') ? [0] : [],
    },
    infer(inputs) {
      checkDTypes(spec, inputs);
      return [{ shape: broadcastShapes(name, inputs), dtype: spec.result ?? inputs.at(-1)!.dtype }];
    },
    lower({ inputs }): Lowering {
      const { dtype } = inputs.at(-1)!;
      const text = typeof expr === 'string' ? expr : expr(dtype);
      return { kind: 'pointwise', body: { expr: text, lib, scalarType: scalarOf(dtype), ...(scales && { scales }) } };
    },
    vjp:
      grads &&
      (([dy], node) => {
        const saved = new Reads(node);
        return grads.map((grad, i) => (grad && node.needs[i] ? grad(dy!, saved) : null));
      }),
  };
}

function checkDTypes(spec: PointwiseSpec, inputs: readonly Meta[]): void {
  const { name, takes = 'float' } = spec;
  const operands = spec.condition ? inputs.slice(1) : inputs;
  if (spec.condition && inputs[0]!.dtype !== 'bool') {
    throw new DTypeError(
      `${name}: expected a condition of dtype bool, but got ${inputs[0]!.dtype}; compare first, as in x.ne(0)`,
    );
  }
  for (const x of operands) {
    if (takes === 'float') expectFloat(name, operands.length > 1 ? 'operands' : 'input', x);
    if (takes === 'integer' && isFloat(x.dtype)) {
      throw new DTypeError(
        `${name}: expected integers or bools, but got dtype ${x.dtype}; convert it with .to('int64')`,
      );
    }
    if (takes === 'number' && x.dtype === 'bool') {
      throw new DTypeError(
        `${name}: expected numbers, but got dtype bool; use a logical operation, or convert it with .to('int64')`,
      );
    }
    if (x.dtype !== operands[0]!.dtype) {
      const dtypes = operands.map(({ dtype }) => dtype);
      // Weights are of float32, whatever the picture is.
      const to = dtypes.includes('float32') ? 'float32' : dtypes[0];
      throw new DTypeError(
        `${name}: expected operands of one dtype, but got ${dtypes.join(' and ')}; convert them with .to('${to}')`,
      );
    }
  }
}

/** Wraps the result of uint8 arithmetic to 8 bits, since kernels hold a uint8 in 32 bits. */
export const wrapped =
  (expr: string) =>
  (dtype: DType): string =>
    dtype === 'uint8' ? `(${expr}) & 255u` : expr;

/** One expression for floats and another for integers and bools. */
export const byKind =
  (float: string, integer: string) =>
  (dtype: DType): string =>
    isFloat(dtype) ? float : integer;
