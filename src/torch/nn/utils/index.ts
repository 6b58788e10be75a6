// Nn.utils: clipping gradients, parameters as one vector, and the surface of weight and spectral norms.

import { callback, either, iterable, number } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { type Arguments, expectKind, kindOf, parseArgs } from '../../../engine/core/options';
import { clipNorm, clipValue as clipToValue } from '../../../engine/ops/optim/clip';
import { noGrad } from '../../../engine/storage/mode';
import { defaultGenerator } from '../../../engine/storage/random/generator';
import { tensor } from '../../tensor/calling/tensor-kinds';
import { zeros } from '../../tensor/creation/creation';
import { gatherGradients } from '../../tensor/flat';
import { cat, stack } from '../../tensor/joining/cat-stack';
import { scope } from '../../tensor/scope';
import { Tensor } from '../../tensor/tensor';
import type { Module } from '../module/module';

/** Keeps the quotient finite if all gradients are 0; PyTorch's value. */
const CLIP_EPSILON = 1e-6;

interface Clipped {
  parameters: Tensor | Iterable<Tensor>;
}

interface ClipArguments extends Clipped {
  /** The greatest norm. */
  maxNorm: number;
  /** p of the p-norm, default 2; Infinity or 'inf' for the largest absolute value. */
  normType?: NormType;
}

type NormType = number | 'inf';

const normKind = either(number, { words: "'inf'", fits: (value) => value === 'inf' });
const powerOf = (normType: NormType): number => (normType === 'inf' ? Number.POSITIVE_INFINITY : normType);

/**
 * Scales the gradients of all parameters so that their norm, as one vector, is at most `maxNorm`. Returns the norm
 * before scaling.
 *
 *     loss.backward();
 *     nn.utils.clipGradNorm_(model.parameters(), 1.0);
 *     optimizer.step();
 */
export function clipGradNorm_(...args: Arguments<ClipArguments, ['parameters', 'maxNorm', 'normType']>): Tensor {
  const required = ['parameters', 'maxNorm'] as const;
  const o = parseArgs<ClipArguments>('clipGradNorm_', required, { normType: 2 }, args, {
    maxNorm: number,
    normType: normKind,
  });
  const { maxNorm } = o;
  const normType = powerOf(o.normType);
  const tensors = listed('clipGradNorm_', o.parameters);
  const gradients = gradientsOf(tensors);
  if (gradients.length === 0) return zeros([]);
  return scope(() =>
    noGrad(() => {
      const flat = normType > 0 ? gatherGradients(tensors) : null;
      if (flat) {
        const { clipped, norm } = clipNorm(
          flat.map(({ storage, filled }) => ({ values: storage.value, filled })),
          maxNorm,
          normType,
        );
        clipped.forEach((value, i) => {
          flat[i]!.storage.set(value);
        });
        return Tensor.of(norm);
      }
      const total = normOf(gradients, normType);
      scale(gradients, maxNorm, total);
      return total;
    }),
  );
}

interface TotalNormArguments {
  tensors: Tensor | Iterable<Tensor>;
  /** As in `clipGradNorm_`. */
  normType?: NormType;
}

/** The norm of several tensors, as one vector. */
export function getTotalNorm(...args: Arguments<TotalNormArguments, ['tensors', 'normType']>): Tensor {
  const o = parseArgs<TotalNormArguments>('getTotalNorm', ['tensors'], { normType: 2 }, args, { normType: normKind });
  return normOf(listed('getTotalNorm', o.tensors), powerOf(o.normType));
}

const normOf = (tensors: readonly Tensor[], normType: number): Tensor =>
  tensors.length === 0 ? zeros([]) : stack(tensors.map((each) => each.norm(normType))).norm(normType);

interface ClipWithNormArguments extends Clipped {
  /** The greatest norm. */
  maxNorm: number;
  /** The norm of all gradients together. */
  totalNorm: Tensor;
}

/**
 * Scales the gradients of all parameters by maxNorm / totalNorm if that is less than 1: the second half of
 * `clipGradNorm_`.
 */
export function clipGradsWithNorm_(
  ...args: Arguments<ClipWithNormArguments, ['parameters', 'maxNorm', 'totalNorm']>
): void {
  const { parameters, maxNorm, totalNorm } = parseArgs<ClipWithNormArguments>(
    'clipGradsWithNorm_',
    ['parameters', 'maxNorm', 'totalNorm'],
    {},
    args,
    { maxNorm: number, totalNorm: tensor },
  );
  const tensors = listed('clipGradsWithNorm_', parameters);
  scope(() => noGrad(() => scale(gradientsOf(tensors), maxNorm, totalNorm)));
}

const gradientsOf = (tensors: readonly Tensor[]): Tensor[] =>
  tensors.flatMap(({ leaf }) => (leaf?.grad ? [leaf.grad] : []));

function scale(gradients: readonly Tensor[], maxNorm: number, total: Tensor): void {
  const factor = total.add(CLIP_EPSILON).reciprocal().mul(maxNorm).clamp({ max: 1 });
  for (const gradient of gradients) gradient.mul_(factor);
}

/** Limits every element of the gradients to ±`clipValue`. */
export function clipGradValue_(...args: Arguments<Clipped & { clipValue: number }, ['parameters', 'clipValue']>): void {
  const required = ['parameters', 'clipValue'] as const;
  const { parameters, clipValue } = parseArgs<Clipped & { clipValue: number }>('clipGradValue_', required, {}, args, {
    clipValue: number,
  });
  const tensors = listed('clipGradValue_', parameters);
  scope(() =>
    noGrad(() => {
      const flat = gatherGradients(tensors);
      if (!flat) for (const { leaf } of tensors) leaf?.grad?.clamp_(-clipValue, clipValue);
      else for (const { storage } of flat) storage.set(clipToValue(storage.value, clipValue));
    }),
  );
}

/** One or several tensors as a list. */
function listed(name: string, parameters: Tensor | Iterable<Tensor>): Tensor[] {
  if (parameters instanceof Tensor) return [parameters];
  const tensors = iterable.fits(parameters) ? [...parameters] : [parameters];
  const at = tensors.findIndex((each) => !(each instanceof Tensor));
  if (at < 0) return tensors as Tensor[];
  throw new ArgumentError(`${name}: expected tensors, but got ${kindOf(tensors[at])}; pass model.parameters()`);
}

interface ParametersArgument {
  parameters: Iterable<Tensor>;
}

/** All parameters end to end, as one vector. */
export function parametersToVector(...args: Arguments<ParametersArgument, ['parameters']>): Tensor {
  const { parameters } = parseArgs<ParametersArgument>('parametersToVector', ['parameters'], {}, args);
  return cat(listed('parametersToVector', parameters).map((parameter) => parameter.reshape(-1)));
}

/** Writes the parts of a vector into the parameters; the inverse of `parametersToVector`. */
export function vectorToParameters(
  ...args: Arguments<ParametersArgument & { vec: Tensor }, ['vec', 'parameters']>
): void {
  const { vec, parameters } = parseArgs<ParametersArgument & { vec: Tensor }>(
    'vectorToParameters',
    ['vec', 'parameters'],
    {},
    args,
    {
      vec: tensor,
    },
  );
  const tensors = listed('vectorToParameters', parameters);
  const total = tensors.reduce((sum, each) => sum + each.numel(), 0);
  if (vec.shape.length !== 1 || vec.shape[0] !== total) {
    throw new ShapeError(
      `vectorToParameters: expected a vector of ${total} elements, but got shape [${vec.shape.join(', ')}]`,
    );
  }
  let start = 0;
  noGrad(() => {
    for (const each of tensors) {
      const count = each.numel();
      each.copy_(vec.narrow(0, start, count).reshape(each.shape));
      start += count;
    }
  });
}

/** The argument lists of a class, which may have several. */
type ArgumentsOf<C> = C extends {
  new (...args: infer A): unknown;
  new (...args: infer B): unknown;
  new (...args: infer D): unknown;
  new (...args: infer E): unknown;
}
  ? A | B | D | E
  : never;

/**
 * Makes a module, then resets the generator, as if no initial parameters had been drawn: for weights that are loaded
 * afterwards.
 *
 *     nn.utils.skipInit(nn.Linear, 5, 1);
 * @param moduleClass The class of the module.
 */
export function skipInit<C extends new (...args: never[]) => Module>(
  moduleClass: C,
  ...args: ArgumentsOf<C>
): InstanceType<C> {
  expectKind('skipInit', 'moduleClass', moduleClass, callback);
  const generator = defaultGenerator();
  const state = generator.getState();
  try {
    return Reflect.construct(moduleClass, args) as InstanceType<C>;
  } finally {
    generator.setState(state);
  }
}

export * as rnn from '../recurrent/sequences';
export * as fusion from './fusion';
export { fuseConvBnEval, fuseConvBnWeights, fuseLinearBnEval, fuseLinearBnWeights } from './fusion';
export * as parametrizations from './parametrizations';
export * as parametrize from './parametrize';
export * as prune from './prune';
export { removeSpectralNorm, removeWeightNorm, spectralNorm, weightNorm } from './weight-norm';
