// Gradients of some tensors by others, as values instead of in `grad` fields.

import { either, flag, listOf, orNull } from '../../engine/core/argument-kinds';
import { ArgumentError, AutogradError, ShapeError } from '../../engine/core/errors';
import { sameShape, showShape } from '../../engine/core/meta';
import { type Arguments, parseArgs } from '../../engine/core/options';
import { withMode } from '../../engine/graph/mode';
import type { GradSink, Value } from '../../engine/graph/value';
import { add } from '../../engine/ops/pointwise/arithmetic';
import { cast, full } from '../../engine/ops/shape/cast';
import { backward, backwardInto } from '../../engine/storage/backward';
import { someTensors, tensor } from '../tensor/calling/tensor-kinds';
import { Tensor } from '../tensor/tensor';

const weights = orNull(either(tensor, listOf(orNull(tensor))));

interface GradParameters {
  /** The tensors to differentiate. */
  outputs: Tensor | readonly Tensor[];
  /** By what. */
  inputs: Tensor | readonly Tensor[];
  /** Weights of the outputs' elements, one tensor an output; null stands for 1 where an output is a single element. */
  gradOutputs?: Tensor | readonly (Tensor | null)[] | null;
  /** Keep the graph for another backward; default: `createGraph`. */
  retainGraph?: boolean | null;
  /** Record the gradients themselves, for higher derivatives; default false. */
  createGraph?: boolean;
  /** Only gradients of the inputs are computed, as in PyTorch, where false is deprecated. */
  onlyInputs?: true;
  /** Return null for inputs that the outputs do not depend on, instead of throwing; default: `materializeGrads`. */
  allowUnused?: boolean | null;
  /** Return zeros for such inputs; default false. */
  materializeGrads?: boolean;
}

type Order = [
  ...['outputs', 'inputs', 'gradOutputs', 'retainGraph', 'createGraph', 'onlyInputs', 'allowUnused'],
  'materializeGrads',
];

interface GradOfUsed extends GradParameters {
  allowUnused?: false;
}

/**
 * Σ_i gradOutputs_i · ∂outputs_i / ∂x for each x of `inputs`, in their shapes. `grad` fields are left alone.
 *
 *     const [dx] = torch.autograd.grad(y, x, { createGraph: true });
 *
 * @throws AutogradError where an input does not require grad or was not used, and for several elements without `gradOutputs`
 */
export function grad(...args: Arguments<GradOfUsed, Order>): Tensor[];
export function grad(...args: Arguments<GradParameters, Order>): (Tensor | null)[];
export function grad(...args: Arguments<GradParameters, Order>): (Tensor | null)[] {
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
      'grad: expected allowUnused true or left out where materializeGrads is true, but got false',
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
  const gradients = backward(
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
    // A leaf that was written to in place meanwhile has an older value in the graph.
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
  /** Weights of their elements, one tensor for each; null stands for 1 where it is a single element. */
  gradTensors?: Tensor | readonly (Tensor | null)[] | null;
  /** Keep the graph for another backward; default: `createGraph`. */
  retainGraph?: boolean | null;
  /** Record the gradients themselves, for higher derivatives; default false. */
  createGraph?: boolean;
  /** The only leaves that get a gradient; default: all. */
  inputs?: Tensor | readonly Tensor[] | null;
}

type BackwardOrder = ['tensors', 'gradTensors', 'retainGraph', 'createGraph', 'inputs'];

/**
 * Gradients of several tensors at once by all leaves they were made from, or by those of `inputs`, added to their `grad`.
 *
 *     torch.autograd.backward([loss1, loss2]);
 *
 * @throws AutogradError where a tensor does not require grad, and for several elements without `gradTensors`
 */
function backwardOf(...args: Arguments<BackwardParameters, BackwardOrder>): void {
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
    backward(values, seeds, options);
    return;
  }
  backwardInto(listed(o.inputs), values, seeds, options);
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
        `${op}: a gradient can be created by itself only for a single element, but output ${i} has shape ${showShape(y.shape)}; pass ${name}`,
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
