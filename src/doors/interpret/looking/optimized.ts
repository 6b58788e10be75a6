// Optimizes pictures by Adam or L-BFGS, for objectives that have a minimum.

import { noGrad, optim, scope, type Tensor } from '../../../torch';
import { kinds } from '../../../torch/inside';
import { clampInto, copyOf, type Frame, numbersOf, type PixelRange, steps, type Terms, total } from './picture-steps';

/** The optimizer that changes the picture. */
export type PictureOptimizer = 'lbfgs' | 'adam';

/** A frame of a picture under optimization. */
export interface OptimizedFrame extends Frame {
  /** The number of evaluations of the objective and its gradient so far. */
  readonly evaluations: number;
}

/** The options of the optimizer. */
export interface OptimizerOptions {
  /** Default 1 with L-BFGS, 0.02 with Adam. */
  lr?: number | null;
  /** The line search of L-BFGS. Default 'strong_wolfe'. */
  lineSearchFn?: 'strong_wolfe' | null;
}

/** The defaults of `OptimizerOptions`. */
export const optimizerDefaults = { lr: null, lineSearchFn: 'strong_wolfe' } as const;

/** The types of the optimizer's options. */
export const optimizedKinds = {
  optimizer: kinds.oneOf('lbfgs', 'adam'),
  lr: kinds.orNull(kinds.between(0)),
  lineSearchFn: kinds.oneOf('strong_wolfe', null),
};

interface Settings {
  readonly op: string;
  readonly optimizer: PictureOptimizer;
  readonly count: number;
  readonly every: number;
  readonly signal: AbortSignal | null;
  /** Null: 1 for L-BFGS, 0.02 for Adam. */
  readonly lr: number | null;
  readonly lineSearchFn: 'strong_wolfe' | null;
  readonly range: PixelRange | null;
  /** The shape of the picture as the user gave it. */
  readonly shape: readonly number[];
}

/** Minimises the sum of the objective's terms, and writes the picture in place. */
export function optimized(
  image: Tensor,
  objective: (image: Tensor) => Terms,
  settings: Settings,
): AsyncGenerator<OptimizedFrame> {
  image.requiresGrad_(true);
  return settings.optimizer === 'adam' ? byAdam(image, objective, settings) : byLbfgs(image, objective, settings);
}

/** Computes the terms, and the gradient with respect to the picture only; the network's parameters get none. */
function evaluated(image: Tensor, objective: (image: Tensor) => Terms): Terms {
  const terms = objective(image);
  total(terms).backward({ inputs: [image] });
  return terms;
}

async function* byAdam(
  image: Tensor,
  objective: (image: Tensor) => Terms,
  settings: Settings,
): AsyncGenerator<OptimizedFrame> {
  const adam = new optim.Adam([image], { lr: settings.lr ?? 0.02 });
  const change = (): Terms => {
    adam.zeroGrad();
    const terms = evaluated(image, objective);
    adam.step();
    clampInto(settings.op, image, settings.range);
    return terms;
  };
  for await (const frame of steps(image, settings, change)) yield { ...frame, evaluations: frame.step };
}

async function* byLbfgs(
  image: Tensor,
  objective: (image: Tensor) => Terms,
  settings: Settings,
): AsyncGenerator<OptimizedFrame> {
  const { op, count, every, signal, range, lineSearchFn, shape } = settings;
  // One iteration per step. Without a line search an iteration needs only one evaluation; 25 are PyTorch's limit for 20
  // iterations.
  const maxEval = lineSearchFn === null ? 1 : 25;
  const lbfgs = new optim.LBFGS([image], {
    lr: settings.lr ?? 1,
    maxIter: 1,
    maxEval,
    lineSearchFn,
    toleranceChange: 0,
  });
  let evaluations = 0;
  for (let step = 1; step <= count; step++) {
    if (signal?.aborted) return;
    const first: { terms: Terms | null } = { terms: null };
    await lbfgs.step(() => {
      evaluations++;
      lbfgs.zeroGrad();
      const terms = scope(() => evaluated(image, objective));
      first.terms ??= terms;
      return noGrad(() => total(terms));
    });
    clampInto(op, image, range);
    if (step % every !== 0 && step !== count) continue;
    const { loss, terms } = await numbersOf(first.terms!);
    yield { image: copyOf(image, shape), step, loss, terms, evaluations };
  }
}
