// Barnes-Hut t-SNE, on the host in double precision: attraction by nearest neighbours, repulsion by a tree, and the
// descent.
import { type Tensor, tensor } from '../../../torch';
import { type Descent, type DescentStep, type Look, MIN_GAIN } from './descent';
import { SpaceTree } from './space-tree';
import type { SparseAffinities } from './sparse-affinities';

/** Milliseconds of work after which the page's event loop gets a turn. */
const TURN = 30;

/** The gradient of KL(c P ‖ Q) with respect to an embedding [n, dims], with sparse P, and the divergence. */
export class BarnesHut {
  readonly #p: SparseAffinities;
  readonly #dims: number;
  readonly #angle: number;
  readonly #tree: SpaceTree;
  readonly #freedom: number;

  constructor(p: SparseAffinities, dims: number, angle: number) {
    this.#p = p;
    this.#dims = dims;
    this.#angle = angle;
    this.#tree = new SpaceTree(p.n, dims);
    this.#freedom = Math.max(dims - 1, 1);
  }

  /**
   * Writes 2 (ν + 1) / ν (c Σ_j p_ij b_ij (y_i − y_j) − Σ_j q_ij b_ij (y_i − y_j)) with b_ij = 1 / (1 + ‖y_i − y_j‖² /
   * ν) into `gradient`, and returns KL(P ‖ Q) if `wantsDivergence`, else NaN. c is the exaggeration.
   */
  gradient(y: Float64Array, exaggeration: number, gradient: Float64Array, wantsDivergence: boolean): number {
    const freedom = this.#freedom;
    this.#tree.build(y);
    const total = this.#tree.repel(gradient, this.#angle, freedom);
    const factor = (2 * (freedom + 1)) / freedom;
    for (let at = 0; at < gradient.length; at++) gradient[at]! *= -factor / total;
    const logs = this.#attract(y, gradient, factor * exaggeration, wantsDivergence);
    if (!wantsDivergence) return Number.NaN;
    // ln q = −(ν + 1) / 2 ln(1 + d² / ν) − ln Z, and P sums to 1.
    return this.#p.negativeEntropy + ((freedom + 1) / 2) * logs + Math.log(total);
  }

  /**
   * Adds the attraction between neighbours to the gradient, and returns Σ p_ij ln(1 + d² / ν) if `wantsLogs`, else 0.
   */
  #attract(y: Float64Array, gradient: Float64Array, factor: number, wantsLogs: boolean): number {
    const { n, k, neighbors, weights } = this.#p;
    const dims = this.#dims;
    const freedom = this.#freedom;
    const difference = [0, 0, 0];
    let logs = 0;
    for (let i = 0; i < n; i++) {
      for (let at = i * k; at < (i + 1) * k; at++) {
        const j = neighbors[at]!;
        let squared = 0;
        for (let c = 0; c < dims; c++) {
          const apart = y[i * dims + c]! - y[j * dims + c]!;
          difference[c] = apart;
          squared += apart * apart;
        }
        const spread = 1 + squared / freedom;
        // The weight counts once in p_ij and once in p_ji.
        if (wantsLogs) logs += 2 * weights[at]! * Math.log(spread);
        const pull = (factor * weights[at]!) / spread;
        for (let c = 0; c < dims; c++) {
          gradient[i * dims + c]! += pull * difference[c]!;
          gradient[j * dims + c]! -= pull * difference[c]!;
        }
      }
    }
    return logs;
  }
}

/** Gradient descent on the host. */
export class BarnesHutDescent implements Descent {
  readonly #y: Float64Array;
  readonly #shape: readonly [number, number];
  readonly #objective: BarnesHut;
  readonly #gradient: Float64Array;
  readonly #update: Float64Array;
  readonly #gains: Float64Array;
  #turn = performance.now();

  constructor(p: SparseAffinities, start: ArrayLike<number>, dims: number, angle: number) {
    this.#y = Float64Array.from(start);
    this.#shape = [p.n, dims];
    this.#objective = new BarnesHut(p, dims, angle);
    this.#gradient = new Float64Array(this.#y.length);
    this.#update = new Float64Array(this.#y.length);
    this.#gains = new Float64Array(this.#y.length).fill(1);
  }

  rest(): void {
    this.#update.fill(0);
    this.#gains.fill(1);
  }

  async step({ exaggeration, momentum, rate, look }: DescentStep): Promise<Look | null> {
    const divergence = this.#objective.gradient(this.#y, exaggeration, this.#gradient, look);
    let squares = 0;
    for (let at = 0; at < this.#y.length; at++) {
      const slope = this.#gradient[at]!;
      const gain = this.#update[at]! * slope < 0 ? this.#gains[at]! + 0.2 : this.#gains[at]! * 0.8;
      this.#gains[at] = Math.max(gain, MIN_GAIN);
      const scaled = slope * this.#gains[at]!;
      squares += scaled * scaled;
      this.#update[at] = momentum * this.#update[at]! - rate * scaled;
      this.#y[at]! += this.#update[at]!;
    }
    if (performance.now() - this.#turn > TURN) {
      await new Promise((resolve) => setTimeout(resolve));
      this.#turn = performance.now();
    }
    return look ? { norm: Math.sqrt(squares), divergence } : null;
  }

  embedding(): Tensor {
    return tensor(Float32Array.from(this.#y)).reshape([...this.#shape]);
  }
}
