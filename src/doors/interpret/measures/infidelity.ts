// Infidelity: the error of attributions as a prediction of how the output changes if the inputs are perturbed.

import { ArgumentError, noGrad, onesLike, ShapeError, scope, Tensor, where } from '../../../torch';
import { type Arguments, flush, kindOf, parseArgs, sameShape, showShape } from '../../../torch/inside';
import {
  type Baselines,
  expandArguments,
  expectBaselines,
  type GivenInputs,
  type Inputs,
  interleaved,
  listArguments,
  listBaselines,
  listInputs,
} from '../attribution/arguments';
import { sumRows } from '../attribution/attribution';
import { expectSamples } from '../attribution/batches';
import { type Call, chosen, explaining, type ForwardFunction } from '../attribution/model';
import { expectOneEach, type Target, TargetRows } from '../attribution/target';
import { chunkSizes } from './chunks';

/**
 * Returns [I, x − I]: perturbations, and perturbed inputs, for rows that hold each example several times in a row. The
 * second argument holds the baselines, if any are given.
 */
export type InfidelityPerturbFunction = (
  inputs: GivenInputs,
  baselines?: Baselines,
) => readonly [perturbations: Inputs, perturbedInputs: Inputs];

interface InfidelityArguments {
  /** The model, or a function that calls it. */
  forwardFunc: ForwardFunction;
  /** Draws an input near the given one. */
  perturbFunc: InfidelityPerturbFunction;
  inputs: Inputs;
  /** The attributions, of the inputs' shapes. */
  attributions: Inputs;
  /** Passed to `perturbFunc`. */
  baselines?: Baselines;
  /** Further arguments of the network, after the inputs. */
  additionalForwardArgs?: unknown;
  target?: Target;
  /** Perturbations of each example; default 10. */
  nPerturbSamples?: number;
  /** Rows that run at once; default: all. */
  maxExamplesPerBatch?: number | null;
  /** Scale the attributions by the factor of the best fit; default false. */
  normalize?: boolean;
}

type InfidelityOrder = [
  'forwardFunc',
  'perturbFunc',
  'inputs',
  'attributions',
  'baselines',
  'additionalForwardArgs',
  'target',
  'nPerturbSamples',
  'maxExamplesPerBatch',
  'normalize',
];

/**
 * The expected squared error of attributions Φ in predicting how the output changes under a perturbation I of the
 * inputs, for every example, [N]. Yeh, Hsieh, Suggala, Inouye & Ravikumar 2019, arXiv:1901.09392:
 *
 *     E_I (β Σ I Φ − (f(x) − f(x − I)))²
 *
 * with β = 1. With `normalize`, β is the best factor, E[(Σ I Φ)(f(x) − f(x − I))] / E[(Σ I Φ)²], so that the scale of
 * the attributions does not matter. For attributions that are shares of the output, I is the share of x − baseline that
 * is removed.
 *
 *     const perturb = (x) => { const noise = torch.randnLike(x).mul(0.03); return [noise, x.sub(noise)]; };
 *     const error = infidelity(model, perturb, x, new Saliency(model).attribute(x, { target, abs: false }), { target });
 *
 * @throws ArgumentError, ShapeError or IndexError for arguments that do not fit
 */
export function infidelity(...args: Arguments<InfidelityArguments, InfidelityOrder>): Tensor {
  const op = 'infidelity';
  const o = parseArgs<InfidelityArguments>(
    op,
    ['forwardFunc', 'perturbFunc', 'inputs', 'attributions'],
    {
      baselines: null,
      additionalForwardArgs: null,
      target: null,
      nPerturbSamples: 10,
      maxExamplesPerBatch: null,
      normalize: false,
    },
    args,
  );
  for (const name of ['forwardFunc', 'perturbFunc'] as const) {
    if (typeof o[name] === 'function') continue;
    throw new ArgumentError(`${op}: expected ${name} to be a function, but got ${kindOf(o[name])}`);
  }
  const { inputs } = listInputs(op, o.inputs);
  const { inputs: attributions } = listInputs(op, o.attributions);
  expectShapes(op, 'attributions', attributions, inputs);
  const baselines = o.baselines === null ? null : listBaselines(op, o.baselines, inputs);
  if (baselines) expectBaselines(op, baselines, inputs);
  const samples = expectSamples(op, 'nPerturbSamples', o.nPerturbSamples);
  const examples = inputs[0]!.shape[0]!;
  const parts = chunkSizes(op, samples, o.maxExamplesPerBatch, examples);
  const call: Call = {
    op,
    forward: o.forwardFunc,
    args: listArguments(o.additionalForwardArgs),
    target: TargetRows.of(op, o.target),
  };
  const perturb = (count: number): [readonly Tensor[], readonly Tensor[]] => {
    const rows = inputs.map((x) => interleaved(x, count));
    const bases = baselines?.map((each) =>
      each instanceof Tensor && each.shape[0] === examples && examples > 1 ? interleaved(each, count) : each,
    );
    const formed = (list: readonly unknown[]): unknown => (list.length === 1 ? list[0] : list);
    const given: unknown = bases
      ? o.perturbFunc(formed(rows) as GivenInputs, formed(bases) as Baselines)
      : o.perturbFunc(formed(rows) as GivenInputs);
    if (!Array.isArray(given) || given.length !== 2) {
      throw new ArgumentError(
        `${op}: expected perturbFunc to give a list of perturbations and perturbed inputs, but got ${kindOf(given)}; infidelityPerturbFuncDecorator makes such a function of one that gives perturbed inputs`,
      );
    }
    const [perturbations, perturbed] = given.map((each) => listInputs(op, each).inputs) as [Tensor[], Tensor[]];
    expectShapes(op, 'perturbations', perturbations, rows);
    expectShapes(op, 'perturbed inputs', perturbed, rows);
    return [perturbations, perturbed];
  };
  return explaining(o.forwardFunc, false, () => {
    const output = oneEach(call, inputs);
    let sums: Tensor[] | null = null;
    for (const count of parts) {
      const [said, done] = scope(() => {
        const [perturbations, perturbed] = perturb(count);
        const many: Call = {
          ...call,
          args: expandArguments(call.args, (x) => interleaved(x, count)),
          target: call.target.interleaved(count, examples),
        };
        const products = attributions.map((phi, i) => sumRows(interleaved(phi, count).mul(perturbations[i]!)));
        const change = interleaved(output, count).sub(oneEach(many, perturbed));
        return [products.reduce((a, b) => a.add(b)), change].map((x) => x.reshape([examples, count])) as [
          Tensor,
          Tensor,
        ];
      });
      const now: Tensor[] = o.normalize
        ? [said.square().sum(1), said.mul(done).sum(1), done.square().sum(1)]
        : [said.sub(done).square().sum(1)];
      sums = sums ? sums.map((x, i) => x.add(now[i]!)) : now;
      if (parts.length > 1) flush();
    }
    return (o.normalize ? leastError(sums!) : sums![0]!).div(samples);
  });
}

/** The minimum over β of Σ (β a − b)², from Σ a², Σ a b and Σ b². */
function leastError(sums: readonly Tensor[]): Tensor {
  const [aa, ab, bb] = sums as [Tensor, Tensor, Tensor];
  const beta = ab.div(where(aa.eq(0), onesLike(aa), aa));
  return beta.square().mul(aa).sub(beta.mul(ab).mul(2)).add(bb);
}

function oneEach(call: Call, inputs: readonly Tensor[]): Tensor {
  const output = chosen(call, inputs);
  expectOneEach(call.op, output);
  return output.reshape(-1);
}

function expectShapes(op: string, name: string, given: readonly Tensor[], inputs: readonly Tensor[]): void {
  if (given.length === inputs.length && given.every((x, i) => sameShape(x.shape, inputs[i]!.shape))) return;
  const shapes = (list: readonly Tensor[]): string => list.map((x) => showShape(x.shape)).join(', ');
  throw new ShapeError(`${op}: expected ${name} of shape ${shapes(inputs)}, but got ${shapes(given)}`);
}

/** A function that returns perturbed inputs. */
export type PerturbedInputs = (inputs: GivenInputs, baselines?: Baselines) => Inputs;

/**
 * Turns a function that returns only perturbed inputs x′ into a perturbing function for `infidelity`. The perturbations
 * are x − x′. With `multiplyByInputs`, for attributions that are multiplied by inputs, they are (x − x′) / (x −
 * baseline), or x − x′ where the denominator is 0.
 *
 *     const perturb = infidelityPerturbFuncDecorator(false)((x) => x.sub(torch.randnLike(x).mul(0.003)));
 */
export function infidelityPerturbFuncDecorator(
  ...args: Arguments<{ multiplyByInputs?: boolean }, ['multiplyByInputs']>
): (perturbFunc: PerturbedInputs) => InfidelityPerturbFunction {
  const op = 'infidelityPerturbFuncDecorator';
  const { multiplyByInputs } = parseArgs<{ multiplyByInputs?: boolean }>(op, [], { multiplyByInputs: true }, args);
  return (perturbFunc) => {
    if (typeof perturbFunc !== 'function') {
      throw new ArgumentError(`${op}: expected a function, but got ${kindOf(perturbFunc)}`);
    }
    return (inputs, baselines) => {
      const { inputs: perturbed } = listInputs(
        op,
        baselines === undefined ? perturbFunc(inputs) : perturbFunc(inputs, baselines),
      );
      const { inputs: list } = listInputs(op, inputs);
      expectShapes(op, 'perturbed inputs', perturbed, list);
      const bases = listBaselines(op, baselines, list);
      const perturbations = noGrad(() =>
        list.map((x, i) => {
          const change = x.sub(perturbed[i]!);
          if (!multiplyByInputs) return change;
          const distance = x.sub(bases[i]!);
          return change.div(where(distance.eq(0), onesLike(distance), distance));
        }),
      );
      return [perturbations, perturbed];
    };
  };
}
