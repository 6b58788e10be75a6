// Owns pictures that an optimizer moves, by Adam or L-BFGS, for those whose objective has a least value.

import { noGrad, optim, scope, type Tensor } from '../../../torch';
import { kinds } from '../../../torch/inside';
import { clampInto, copyOf, type Frame, numbersOf, type PixelRange, steps, type Terms, total } from './picture-steps';

/** What changes the picture from step to step. */
export type PictureOptimizer = 'lbfgs' | 'adam';

/** A frame of a picture that an optimizer moves. */
export interface OptimizedFrame extends Frame {
  /** How often the objective and its gradient have been computed so far. */
  readonly evaluations: number;
}

/** Options of the optimizer that moves a picture. */
export interface OptimizerOptions {
  /** Default 1 with L-BFGS, 0.02 with Adam. */
  lr?: number | null;
  /** Of L-BFGS. Default 'strong_wolfe'. */
  lineSearchFn?: 'strong_wolfe' | null;
}

/** What these options are where they are not given. */
export const optimizerDefaults = { lr: null, lineSearchFn: 'strong_wolfe' } as const;

/** What options of the optimizer take. */
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
  /** Of the picture, as the user gave it. */
  readonly shape: readonly number[];
}

/** Lowers the sum of the terms of a picture, which is written in place. */
export function optimized(
  image: Tensor,
  objective: (image: Tensor) => Terms,
  settings: Settings,
): AsyncGenerator<OptimizedFrame> {
  image.requiresGrad_(true);
  return settings.optimizer === 'adam' ? byAdam(image, objective, settings) : byLbfgs(image, objective, settings);
}

/** The gradient of the objective goes to the picture alone: the network's parameters get none. */
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
  // One iteration a step; without a line search it evaluates once, as longer steps do.
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
