// Owns what the two ways to t-SNE share: a descent in steps.
import type { Tensor } from '../../../torch';

/** One iteration. */
export interface DescentStep {
  /** Factor of the affinities. */
  readonly exaggeration: number;
  readonly momentum: number;
  readonly rate: number;
  /** Whether it is to tell how far it has come. */
  readonly look: boolean;
}

/** Where an iteration began. */
export interface Look {
  /** Of the gradient after its gains, as scikit-learn takes it. */
  readonly norm: number;
  /** KL(P ‖ Q), without the exaggeration. */
  readonly divergence: number;
}

export interface Descent {
  /** Begins a phase: as in scikit-learn the momentum of the one before is forgotten. */
  rest(): void;
  step(how: DescentStep): Promise<Look | null>;
  /** Points as they are now, [n, components]. */
  embedding(): Tensor;
}

/** The least gain, as in scikit-learn. */
export const MIN_GAIN = 0.01;
