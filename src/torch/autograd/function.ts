// Custom functions (torch.autograd.Function): a forward and a backward written by the user, as one node of the graph.
import { ArgumentError, AutogradError } from '../../engine/core/errors';
import { kindOf } from '../../engine/core/options';
import { mode, withMode } from '../../engine/graph/mode';
import type { Value } from '../../engine/graph/value';
import { withGradient } from '../../engine/ops/custom';
import { full } from '../../engine/ops/shape/cast';
import { Tensor } from '../tensor/tensor';

interface Saved {
  readonly tensor: Tensor | null;
  readonly changes: number;
}

/** The private state of a context. */
interface State {
  saved: readonly Saved[];
  /** Whether backward gets zeros, instead of null, for results that no gradient reached. */
  materialize: boolean;
  readonly constants: Set<Tensor>;
}

const states = new WeakMap<FunctionContext, State>();

/** The context that `forward` fills for `backward`. Further fields may be set on it. */
export class FunctionContext {
  [field: string]: unknown;

  /** For each argument of `forward`, whether its gradient is needed. */
  readonly needsInputGrad: readonly boolean[];

  constructor(/** Whether each input needs a gradient. */ needsInputGrad: readonly boolean[]) {
    this.needsInputGrad = needsInputGrad;
    states.set(this, { saved: [], materialize: true, constants: new Set() });
  }

  /** Keeps arguments and results of `forward` for `backward`, which finds them in `savedTensors`. */
  saveForBackward(...tensors: (Tensor | null)[]): void {
    states.get(this)!.saved = tensors.map((tensor) => savedOf(tensor));
  }

  /**
   * The tensors that `forward` saved.
   * @throws AutogradError if one of them has been changed in place since
   */
  get savedTensors(): Tensor[] {
    return states.get(this)!.saved.map(({ tensor, changes }) => {
      if (tensor && tensor.storage.toldChanges !== changes) {
        throw new AutogradError(
          `backward: a saved tensor of shape [${tensor.shape.join(', ')}] has been changed by an in-place operation since; clone() it before changing it`,
        );
      }
      return tensor!;
    });
  }

  /**
   * With false, `backward` gets null instead of zeros for results that no gradient reached.
   * @param on Whether it is on.
   */
  setMaterializeGrads(on: boolean): void {
    states.get(this)!.materialize = on;
  }

  /** Declares results of `forward` that have no gradient, such as indices. */
  markNonDifferentiable(...tensors: Tensor[]): void {
    for (const tensor of tensors) states.get(this)!.constants.add(tensor);
  }
}

const savedOf = (tensor: Tensor | null): Saved => ({
  tensor: tensor?.retain() ?? null,
  changes: tensor?.storage.toldChanges ?? 0,
});

type FunctionResult = Tensor | readonly Tensor[];

/** The static side of a subclass of Function. */
interface FunctionClass<Args extends readonly unknown[], R extends FunctionResult> {
  readonly name: string;
  forward(ctx: FunctionContext, ...args: Args): R;
  // biome-ignore lint/suspicious/noExplicitAny: a backward names as many gradients as its forward has results.
  backward(ctx: FunctionContext, ...grads: any[]): Tensor | null | readonly (Tensor | null)[];
}

/**
 * The base class of functions with a custom gradient. A subclass defines `forward` and `backward` as static methods:
 *
 *     class Cube extends torch.autograd.Function {
 *       static forward(ctx: FunctionContext, x: Tensor) { ctx.saveForBackward(x); return x.pow(3); }
 *       static backward(ctx: FunctionContext, dy: Tensor) { const [x] = ctx.savedTensors; return
 * dy.mul(x!.square().mul(3)); }
 *     }
 *     const y = Cube.apply(x);
 *
 * `forward` runs without recording gradients. `backward` gets a gradient for each result of `forward`, and returns one,
 * or null, for each of its arguments. If `backward` uses differentiable operations, it can be differentiated again.
 */
// biome-ignore lint/complexity/noStaticOnlyClass: users extend it, as PyTorch's.
export abstract class CustomFunction {
  static apply<Args extends readonly unknown[], R extends FunctionResult>(
    this: FunctionClass<Args, R>,
    ...args: Args
  ): R {
    // biome-ignore lint/complexity/noThisInStatic: the subclass that apply is called on defines the function.
    if (typeof this?.forward !== 'function') {
      throw new ArgumentError(
        'apply: expected to be called on a subclass of Function; write (x) => Square.apply(x) rather than Square.apply where a function is wanted',
      );
    }
    // biome-ignore lint/complexity/noThisInStatic: the same.
    return applyFunction(this, args);
  }
}

/** Runs forward, and connects its results to the arguments in the graph, with backward as the gradient. */
function applyFunction<Args extends readonly unknown[], R extends FunctionResult>(
  definition: FunctionClass<Args, R>,
  args: Args,
): R {
  const needs = args.map((arg) => arg instanceof Tensor && arg.requiresGrad);
  const ctx = new FunctionContext(needs);
  const result = withMode({ grad: false }, () => definition.forward(ctx, ...args));
  if (!mode.grad || !needs.includes(true)) return result;
  const results: readonly Tensor[] = result instanceof Tensor ? [result] : result;
  const places = args.flatMap((arg, i) => (arg instanceof Tensor ? [i] : []));
  const state = states.get(ctx)!;
  const gradient = (dys: readonly (Value | undefined)[]): (Value | null)[] => {
    const grads = results.map((y, i) => {
      const dy = dys[i];
      return dy ? Tensor.of(dy) : state.materialize ? Tensor.of(full(y.shape, 0)) : null;
    });
    const returned = definition.backward(ctx, ...grads);
    const all = returned === null || returned instanceof Tensor ? [returned] : returned;
    if (all.length !== args.length) {
      throw new ArgumentError(
        `${definition.name}.backward: expected as many gradients as forward has arguments, ${args.length}, but got ${all.length}`,
      );
    }
    return places.map((i) => {
      const dx = all[i] ?? null;
      if (dx !== null && !(dx instanceof Tensor)) {
        throw new ArgumentError(`${definition.name}.backward: expected tensors or null, but got ${kindOf(dx)}`);
      }
      return dx?.value ?? null;
    });
  };
  const inputs = places.map((i) => (args[i] as Tensor).value);
  const live = results.filter((y) => !state.constants.has(y));
  const liveIndex = new Map(live.map((y, i) => [y, i]));
  const values = withGradient(
    inputs,
    live.map((y) => y.value),
    (dys) => gradient(results.map((y) => (liveIndex.has(y) ? dys[liveIndex.get(y)!] : undefined))),
    `${definition.name}Backward`,
  );
  const wrapped = results.map((y) => {
    const i = liveIndex.get(y);
    return i === undefined ? y : Tensor.of(values[i]!);
  });
  // Replace a saved result by the tensor that the graph knows, so that second derivatives reach it.
  state.saved = state.saved.map((saved) => {
    const i = saved.tensor ? results.indexOf(saved.tensor) : -1;
    return wrapped[i] ? savedOf(wrapped[i]) : saved;
  });
  return (result instanceof Tensor ? wrapped[0]! : wrapped) as R;
}
