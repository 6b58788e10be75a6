// A module's full backward hooks: they see the gradients of its results and of its arguments, and may replace
// them.
import { Ask, behind } from '../../../engine/graph/ask';
import { mode } from '../../../engine/graph/mode';
import type { Value } from '../../../engine/graph/value';
import { withGradient } from '../../../engine/ops/custom';
import { Tensor } from '../../tensor/tensor';

export type Gradients = readonly (Tensor | null)[];

/**
 * The functions called in the backward pass, which may replace gradients. An argument that needs no gradient has null.
 */
export interface Backward {
  /** Called first, with the gradients of the module's results. */
  onOutputs(outputs: Gradients): Replaced;
  /** Called second, also with the gradients of the module's arguments. */
  onInputs(inputs: Gradients, outputs: Gradients): Replaced;
}

/** What hooks make of gradients; undefined stands for these as they are. */
export type Replaced = Gradients | undefined | Ask<Gradients | undefined>;

/** The hooks one after another: each gets what those before it have made, of which `argsOf` makes its arguments. */
export function inTurn(
  hooks: Iterable<Ask<unknown>['code']>,
  argsOf: (now: Gradients | undefined) => readonly unknown[],
  meaning: (returned: unknown) => Gradients | undefined,
): Replaced {
  const left = [...hooks];
  const next = (now: Gradients | undefined): Replaced => {
    const hook = left.shift();
    return hook ? new Ask(hook, argsOf(now), (returned) => next(meaning(returned) ?? now)) : now;
  };
  return next(undefined);
}

/** Runs `forward` of a module so that `hooks` see the gradients that pass through it. */
export function withBackward(
  args: readonly unknown[],
  forward: (args: readonly unknown[]) => unknown,
  hooks: Backward,
): unknown {
  if (!mode.grad) return forward(args);
  let outputs: Gradients = [];
  const tensors = args.filter((arg): arg is Tensor => arg instanceof Tensor);
  const wanted = tensors.some((x) => x.requiresGrad);
  const entered = wanted ? passed(tensors, (inputs) => hooks.onInputs(inputs, outputs)) : tensors;
  const given = new Map(tensors.map((x, i) => [x as unknown, entered[i]!]));
  const result = forward(args.map((arg) => given.get(arg) ?? arg));
  const results = flat(result).filter((y) => y.requiresGrad);
  if (results.length === 0) return result;
  const left = passed(results, (gradients) =>
    behind(hooks.onOutputs(gradients), (replaced): Replaced => {
      outputs = replaced ?? gradients;
      if (wanted) return replaced;
      // If no argument needs a gradient, the backward pass ends at this module, so the second hook is called now.
      const nothing = tensors.map(() => null);
      return behind(hooks.onInputs(nothing, outputs), () => replaced);
    }),
  );
  return replace(result, new Map(results.map((y, i) => [y, left[i]!])));
}

/** The same tensors as results of one graph node, whose gradients `see` may replace. */
function passed(tensors: readonly Tensor[], see: (gradients: Gradients) => Replaced): Tensor[] {
  const values = tensors.map((x) => x.value);
  const through = withGradient(values, values, (dys) => {
    const gradients = dys.map((dy) => (dy ? Tensor.of(dy) : null));
    return behind(see(gradients), (replaced) =>
      dys.map((dy, i): Value | null => (replaced ? (replaced[i]?.value ?? null) : (dy ?? null))),
    );
  });
  return through.map(Tensor.of);
}

function flat(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  return Array.isArray(value) ? value.flatMap(flat) : [];
}

function replace(value: unknown, by: ReadonlyMap<Tensor, Tensor>): unknown {
  if (value instanceof Tensor) return by.get(value) ?? value;
  return Array.isArray(value) ? value.map((item) => replace(item, by)) : value;
}
