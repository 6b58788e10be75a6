// The interface that the two t-SNE algorithms share: gradient descent in steps.
import type { Tensor } from '../../../torch';

/** The settings of one iteration. */
export interface DescentStep {
  /** Factor of the affinities. */
  readonly exaggeration: number;
  readonly momentum: number;
  readonly rate: number;
  /** Whether to return the gradient's norm and the divergence. */
  readonly look: boolean;
}

/** Measurements at the start of an iteration. */
export interface Look {
  /** The norm of the gradient after multiplication by its gains, as in scikit-learn. */
  readonly norm: number;
  /** KL(P ‖ Q), without the exaggeration. */
  readonly divergence: number;
}

export interface Descent {
  /** Begins a new phase: resets the momentum, as scikit-learn does. */
  rest(): void;
  step(how: DescentStep): Promise<Look | null>;
  /** The current points, [n, components]. */
  embedding(): Tensor;
}

/** The lower bound of the gains, as in scikit-learn. */
export const MIN_GAIN = 0.01;
