// Gradients of some tensors by others, as values instead of in `grad` fields.
import { backward } from '../autograd/backward';
import { sameShape, showShape } from '../compiler/meta';
import { AutogradError, ShapeError } from '../errors';
import { withMode } from '../graph/mode';
import type { GradSink, Value } from '../graph/value';
import { add } from '../ops/arithmetic';
import { cast, full } from '../ops/cast';
import { type Arguments, parseArgs } from './options';
import { Tensor } from './tensor';

interface GradParameters {
  /** What is differentiated. */
  outputs: Tensor | readonly Tensor[];
  /** By what. */
  inputs: Tensor | readonly Tensor[];
  /** Weights of the outputs' elements, one tensor an output; null stands for 1 where an output is a single element. */
  gradOutputs?: Tensor | readonly (Tensor | null)[] | null;
  /** Keep the graph for another backward; default: `createGraph`. */
  retainGraph?: boolean | null;
  /** Record the gradients themselves, for higher derivatives; default false. */
  createGraph?: boolean;
  /** Return null for inputs that the outputs do not depend on, instead of throwing; default false. */
  allowUnused?: boolean;
}

type Order = ['outputs', 'inputs', 'gradOutputs', 'retainGraph', 'createGraph', 'allowUnused'];

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
    { gradOutputs: null, retainGraph: null, createGraph: false, allowUnused: false },
    args,
  );
  const outputs = listed(o.outputs);
  const inputs = listed(o.inputs);
  const seeds = seedsOf(outputs, o.gradOutputs === null ? [] : listed(o.gradOutputs));
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
    if (o.allowUnused) return null;
    throw new AutogradError(
      `grad: input ${i} was not used to make the outputs; pass { allowUnused: true } to get null for it`,
    );
  });
}

const listed = <T>(one: T | readonly T[]): readonly T[] => (Array.isArray(one) ? one : [one as T]);

function seedsOf(outputs: readonly Tensor[], gradOutputs: readonly (Tensor | null)[]): Value[] {
  if (gradOutputs.length > 0 && gradOutputs.length !== outputs.length) {
    throw new AutogradError(
      `grad: expected ${outputs.length} gradOutputs, one an output, but got ${gradOutputs.length}`,
    );
  }
  return outputs.map((y, i) => {
    if (!y.requiresGrad) {
      throw new AutogradError(`grad: output ${i} does not require grad and was not made from a tensor that does`);
    }
    const seed = gradOutputs[i];
    if (!seed) {
      if (y.numel() === 1) return full(y.shape, 1);
      throw new AutogradError(
        `grad: a gradient can be created by itself only for a single element, but output ${i} has shape ${showShape(y.shape)}; pass gradOutputs`,
      );
    }
    if (!sameShape(seed.shape, y.shape)) {
      throw new ShapeError(
        `grad: expected gradOutputs[${i}] of shape ${showShape(y.shape)}, but got ${showShape(seed.shape)}`,
      );
    }
    return cast(seed.value, y.dtype);
  });
}
