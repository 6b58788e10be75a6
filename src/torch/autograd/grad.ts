// torch.autograd.grad, which returns gradients instead of storing them in `grad`, and torch.autograd.backward.

import { either, flag, listOf, orNull } from '../../engine/core/argument-kinds';
import { ArgumentError, AutogradError, ShapeError } from '../../engine/core/errors';
import { sameShape, showShape } from '../../engine/core/meta';
import { type Arguments, parseArgs } from '../../engine/core/options';
import { finished, type Steps } from '../../engine/graph/ask';
import { withMode } from '../../engine/graph/mode';
import type { GradSink, Value } from '../../engine/graph/value';
import { add } from '../../engine/ops/pointwise/arithmetic';
import { cast, full } from '../../engine/ops/shape/cast';
import { backwardInto, backwardSteps } from '../../engine/storage/backward';
import { someTensors, tensor } from '../tensor/calling/tensor-kinds';
import { Tensor } from '../tensor/tensor';

const weights = orNull(either(tensor, listOf(orNull(tensor))));

interface GradParameters {
  /** The tensors to differentiate. */
  outputs: Tensor | readonly Tensor[];
  /** The tensors with respect to which to differentiate. */
  inputs: Tensor | readonly Tensor[];
  /** For each output a tensor of weights for its elements; null stands for 1 if the output is a single element. */
  gradOutputs?: Tensor | readonly (Tensor | null)[] | null;
  /** Whether to keep the graph for another backward. Default: `createGraph`. */
  retainGraph?: boolean | null;
  /** Whether to record the gradients themselves, for higher derivatives. Default: false. */
  createGraph?: boolean;
  /** Must be true: only gradients of the inputs are computed. PyTorch has deprecated false, too. */
  onlyInputs?: true;
  /**
   * Whether to return null, instead of throwing, for inputs on which no output depends. Default: `materializeGrads`.
   */
  allowUnused?: boolean | null;
  /** Whether to return zeros for such inputs. Default: false. */
  materializeGrads?: boolean;
}

type GradOrder = [
  ...['outputs', 'inputs', 'gradOutputs', 'retainGraph', 'createGraph', 'onlyInputs', 'allowUnused'],
  'materializeGrads',
];

interface GradOfUsed extends GradParameters {
  allowUnused?: false;
}

/**
 * Σ_i gradOutputs_i · ∂outputs_i / ∂x for each x of `inputs`, in the shape of x. The tensors' `grad` does not change.
 *
 *     const [dx] = torch.autograd.grad(y, x, { createGraph: true });
 *
 * @throws AutogradError if an input does not require grad or was not used, or if an output of several elements has no
 * `gradOutputs`
 */
export function grad(...args: Arguments<GradOfUsed, GradOrder>): Tensor[];
export function grad(...args: Arguments<GradParameters, GradOrder>): (Tensor | null)[];
export function grad(...args: Arguments<GradParameters, GradOrder>): (Tensor | null)[] {
  return finished(gradSteps(args));
}

/** `grad`, which stops before each call of a hook and of a custom gradient. */
export function* gradSteps(args: Arguments<GradParameters, GradOrder>): Steps<(Tensor | null)[]> {
  const o = parseArgs<GradParameters>(
    'grad',
    ['outputs', 'inputs'],
    {
      gradOutputs: null,
      retainGraph: null,
      createGraph: false,
      onlyInputs: true as const,
      allowUnused: null,
      materializeGrads: false,
    },
    args,
    {
      outputs: someTensors,
      inputs: someTensors,
      gradOutputs: weights,
      retainGraph: orNull(flag),
      allowUnused: orNull(flag),
    },
  );
  if (o.onlyInputs !== true) {
    throw new ArgumentError(
      'grad: expected onlyInputs true, but got false; torch.autograd.backward(outputs) adds to the gradients of all leaves',
    );
  }
  if (o.materializeGrads && o.allowUnused === false) {
    throw new ArgumentError(
      'grad: expected allowUnused to be true or left out if materializeGrads is true, but got false',
    );
  }
  const outputs = listed(o.outputs);
  const inputs = listed(o.inputs);
  const seeds = seedsOf('grad', 'gradOutputs', outputs, o.gradOutputs === null ? [] : listed(o.gradOutputs));
  inputs.forEach((x, i) => {
    if (!x.requiresGrad)
      throw new AutogradError(`grad: input ${i} does not require grad; call requiresGrad_() before using it`);
  });
  const targets = inputs.map((x) => x.value);
  const { createGraph, retainGraph } = o;
  const options = { createGraph, retainGraph: retainGraph ?? createGraph };
  const gradients = yield* backwardSteps(
    outputs.map((y) => y.value),
    seeds,
    options,
    targets,
  );
  const bySink = new Map<GradSink, Value>();
  withMode({ grad: createGraph }, () => {
    for (const [{ sink }, gradient] of gradients) {
      const before = sink && bySink.get(sink);
      if (sink) bySink.set(sink, before ? add(before, gradient) : gradient);
    }
  });
  return targets.map((target, i) => {
    // If a leaf was written in place meanwhile, the graph holds an older value of it: compare the leaf, not the value.
    const gradient = target.sink ? bySink.get(target.sink) : gradients.get(target);
    if (gradient) return Tensor.of(gradient);
    if (o.materializeGrads) return Tensor.of(full(target.shape, 0, target.dtype));
    if (o.allowUnused) return null;
    throw new AutogradError(
      `grad: input ${i} was not used to make the outputs; pass { allowUnused: true } to get null for it`,
    );
  });
}

const listed = <T>(one: T | readonly T[]): readonly T[] => (Array.isArray(one) ? one : [one as T]);

interface BackwardParameters {
  /** The tensors to differentiate. */
  tensors: Tensor | readonly Tensor[];
  /** For each tensor a tensor of weights for its elements; null stands for 1 if it is a single element. */
  gradTensors?: Tensor | readonly (Tensor | null)[] | null;
  /** Whether to keep the graph for another backward. Default: `createGraph`. */
  retainGraph?: boolean | null;
  /** Whether to record the gradients themselves, for higher derivatives. Default: false. */
  createGraph?: boolean;
  /** If given, only these leaves get a gradient. Default: all leaves. */
  inputs?: Tensor | readonly Tensor[] | null;
}

type BackwardOrder = ['tensors', 'gradTensors', 'retainGraph', 'createGraph', 'inputs'];

/**
 * Computes the gradients of several tensors at once with respect to all leaves that they depend on, or to `inputs`, and
 * adds them to `grad`.
 *
 *     torch.autograd.backward([loss1, loss2]);
 *
 * @throws AutogradError if a tensor does not require grad, or if one of several elements has no `gradTensors`
 */
function backwardOf(...args: Arguments<BackwardParameters, BackwardOrder>): void {
  finished(backwardOfSteps(args));
}

/** `backward`, which stops before each call of a hook and of a custom gradient. */
export function* backwardOfSteps(args: Arguments<BackwardParameters, BackwardOrder>): Steps<void> {
  const o = parseArgs<BackwardParameters>(
    'backward',
    ['tensors'],
    { gradTensors: null, retainGraph: null, createGraph: false, inputs: null },
    args,
    { tensors: someTensors, gradTensors: weights, retainGraph: orNull(flag), inputs: orNull(someTensors) },
  );
  const tensors = listed(o.tensors);
  const seeds = seedsOf('backward', 'gradTensors', tensors, o.gradTensors === null ? [] : listed(o.gradTensors));
  const options = { createGraph: o.createGraph, retainGraph: o.retainGraph ?? o.createGraph };
  const values = tensors.map((y) => y.value);
  if (o.inputs === null) {
    yield* backwardSteps(values, seeds, options);
    return;
  }
  yield* backwardInto(listed(o.inputs), values, seeds, options);
}

export { backwardOf as backward };

function seedsOf(
  op: string,
  name: string,
  outputs: readonly Tensor[],
  gradOutputs: readonly (Tensor | null)[],
): Value[] {
  if (gradOutputs.length > 0 && gradOutputs.length !== outputs.length) {
    throw new AutogradError(`${op}: expected ${outputs.length} ${name}, one an output, but got ${gradOutputs.length}`);
  }
  return outputs.map((y, i) => {
    if (!y.requiresGrad) {
      throw new AutogradError(`${op}: output ${i} does not require grad and was not made from a tensor that does`);
    }
    const seed = gradOutputs[i];
    if (!seed) {
      if (y.numel() === 1) return full(y.shape, 1);
      throw new AutogradError(
        `${op}: expected outputs of a single element, but output ${i} has shape ${showShape(y.shape)}; pass ${name}`,
      );
    }
    if (!sameShape(seed.shape, y.shape)) {
      throw new ShapeError(
        `${op}: expected ${name}[${i}] of shape ${showShape(y.shape)}, but got ${showShape(seed.shape)}`,
      );
    }
    return cast(seed.value, y.dtype);
  });
}
