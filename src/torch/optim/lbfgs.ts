// L-BFGS, whose steps read the loss back and so are asynchronous.

import { orNull, whole } from '../../engine/core/argument-kinds';
import { ArgumentError, invariant, StateDictError } from '../../engine/core/errors';
import { type Arguments, kindOf, parseArgs } from '../../engine/core/options';
import { beforeChange } from '../../engine/graph/journal';
import { noGrad } from '../../engine/storage/mode';
import { zerosLike } from '../tensor/creation/creation';
import { cat, stack } from '../tensor/joining/cat-stack';
import { scope } from '../tensor/scope';
import { Tensor } from '../tensor/tensor';
import { closureIn, type GroupArguments, type NamedState, stateIn } from './arguments';
import { callClosure, type GroupOptions, Optimizer, type OptimizerParams } from './optimizer';
import type { OptimizerSettings } from './settings';
import type { OptimizerStateDict } from './state';
import { type LinePoint, strongWolfe } from './strong-wolfe';

/** The options of LBFGS. */
export interface LBFGSOptions {
  /** Learning rate, default 1. */
  lr: number;
  /** Maximum number of iterations in a step, default 20. */
  maxIter: number;
  /** Maximum number of closure calls in a step, default 5/4 of `maxIter`. */
  maxEval: number | null;
  /** The step ends if no element of the gradient is larger in absolute value, default 1e-7. */
  toleranceGrad: number;
  /** The step ends if the loss or the parameters change by less than this, default 1e-9. */
  toleranceChange: number;
  /** Number of pairs of changes to remember, default 100. */
  historySize: number;
  /** The line search; default null: step by the learning rate. */
  lineSearchFn: 'strong_wolfe' | null;
  /** Whether to maximize the objective rather than minimize it, default false. */
  maximize: boolean;
}

interface LBFGSArguments extends GroupOptions<LBFGSOptions> {
  params: OptimizerParams<LBFGSOptions>;
}

type LBFGSOrder = [
  'params',
  'lr',
  'maxIter',
  'maxEval',
  'toleranceGrad',
  'toleranceChange',
  'historySize',
  'lineSearchFn',
  'maximize',
];

type Closure = () => Promise<Tensor>;

/** The loss and its gradient at the parameters. */
interface Evaluation extends LinePoint {
  readonly grad: Tensor;
  /** The largest absolute value in the gradient. */
  readonly largest: number;
  /** The sum of the absolute values in the gradient. */
  readonly total: number;
}

/** The state that a step passes on to the next, under PyTorch's names. */
interface History {
  func_evals: number;
  n_iter: number;
  d: Tensor | null;
  t: number;
  /** Changes of the gradient. */
  old_dirs: Tensor[];
  /** Changes of the parameters. */
  old_stps: Tensor[];
  /** 1 / (y · s) of each pair. */
  ro: number[];
  H_diag: number;
  prev_flat_grad: Tensor | null;
  prev_loss: number | null;
}

const nothing = (): History => ({
  func_evals: 0,
  n_iter: 0,
  d: null,
  t: 0,
  old_dirs: [],
  old_stps: [],
  ro: [],
  H_diag: 1,
  prev_flat_grad: null,
  prev_loss: null,
});

const dot = (a: Tensor, b: Tensor): Tensor => a.mul(b).sum();

/** The numbers in several 0-d tensors, with one read-back. */
const read = async (scalars: readonly Tensor[]): Promise<number[]> =>
  Array.from(await stack(scalars.map((scalar) => scalar.detach())).data());

const defaults = {
  lr: 1,
  maxIter: 20,
  maxEval: null,
  toleranceGrad: 1e-7,
  toleranceChange: 1e-9,
  historySize: 100,
  lineSearchFn: null,
  maximize: false,
} as const;

const settings: OptimizerSettings<LBFGSOptions> = {
  defaults,
  kinds: { maxEval: orNull(whole(1)) },
  notNegative: ['lr'],
  check(name, { lineSearchFn }) {
    if (lineSearchFn === null || lineSearchFn === 'strong_wolfe') return;
    throw new ArgumentError(`${name}: expected lineSearchFn 'strong_wolfe' or null, but got '${lineSearchFn}'`);
  },
  stateNames: () => [],
  step() {
    invariant(false, 'LBFGS: its step updates the parameters itself');
  },
};

/**
 * L-BFGS (Nocedal & Wright 2006, algorithm 7.5), for one group of parameters only. A step calls its closure several
 * times and waits for each loss, so the step is asynchronous; the closure may be synchronous or asynchronous.
 *
 *     const optimizer = new optim.LBFGS(model.parameters(), { lineSearchFn: 'strong_wolfe' });
 *     const loss = await optimizer.step(() => {
 *       optimizer.zeroGrad();
 *       const loss = lossFn(model(inputs), targets);
 *       loss.backward();
 *       return loss;
 *     });
 */
export class LBFGS extends Optimizer<LBFGSOptions> {
  #history = nothing();
  /**
   * `#before`: number of iterations before `#history` began. `#captured`: total number of iterations at the last
   * snapshot.
   */
  #before = 0;
  #captured = 0;

  constructor(params: OptimizerParams<LBFGSOptions>, options?: GroupOptions<LBFGSOptions>);
  constructor(...args: Arguments<LBFGSArguments, LBFGSOrder>);
  constructor(...args: unknown[]) {
    const { kinds } = settings;
    const { params, ...options } = parseArgs<LBFGSArguments>('LBFGS', ['params'], defaults, args, kinds);
    const maxEval = options.maxEval ?? Math.floor((options.maxIter * 5) / 4);
    super('LBFGS', params, { ...options, maxEval });
  }

  /** @internal */
  get settings(): OptimizerSettings<LBFGSOptions> {
    return settings;
  }

  override addParamGroup(...args: GroupArguments<LBFGSOptions>): void {
    if (this.paramGroups.length > 0) throw new ArgumentError("LBFGS: doesn't support parameter groups; pass one list");
    super.addParamGroup(...args);
  }

  /**
   * Updates the parameters, and returns the loss before the update. If the closure fails, the parameters are restored
   * to their values before the iteration that called it.
   *
   * @throws ArgumentError if there is no closure, or it does not return a tensor
   */
  override step(): never;
  override step<T>(closure: () => T): Promise<Awaited<T>>;
  override step<T>(named: { closure: () => T }): Promise<Awaited<T>>;
  override step(...args: unknown[]): Promise<unknown> {
    const closure = closureIn('LBFGS', args);
    if (closure === undefined) {
      throw new ArgumentError('LBFGS.step: expected a closure that computes the loss again, but got none');
    }
    return this.withStepHooks(closure, () => this.#run(closure));
  }

  #run(closure: () => unknown): Promise<Tensor> {
    return this.#step(async () => {
      const loss = await callClosure(this.name, closure);
      if (!(loss instanceof Tensor)) {
        throw new ArgumentError(
          `LBFGS.step: expected a closure that returns the loss, a tensor, but got ${kindOf(loss)}`,
        );
      }
      return loss;
    });
  }

  get #params(): readonly Tensor[] {
    return this.paramGroups[0]!.params;
  }

  /**
   * Calls the closure, and reads the loss, the gradients that the closure left, and the slope along the direction d.
   */
  async #evaluate(closure: Closure, d: Tensor | null): Promise<Evaluation & { readonly tensor: Tensor }> {
    const tensor = await closure();
    const { maximize } = this.paramGroups[0]!;
    this.#history.func_evals++;
    const grad = noGrad(() => {
      const flat = cat(this.#params.map((param) => (param.grad ?? zerosLike(param)).detach().reshape([-1])));
      return maximize ? flat.neg() : flat.clone();
    });
    const size = grad.abs();
    const [loss, slope, largest, total] = await read([tensor, d ? dot(grad, d) : size.sum(), size.max(), size.sum()]);
    return { tensor, loss: maximize ? -loss! : loss!, grad, slope: slope!, largest: largest!, total: total! };
  }

  /** p ← x + t d. */
  #place(x: readonly Tensor[], t: number, d: Tensor): void {
    let offset = 0;
    scope(() => {
      noGrad(() => {
        this.#params.forEach((param, i) => {
          param.copy_(x[i]!.add(d.narrow(0, offset, param.numel()).view(param.shape).mul(t)));
          offset += param.numel();
        });
      });
    });
  }

  /** Returns a function that restores the history after a rehearsal. */
  #keep(): () => void {
    const { old_dirs, old_stps, ro, ...rest } = this.#history;
    const saved = { ...rest, old_dirs: [...old_dirs], old_stps: [...old_stps], ro: [...ro] };
    return () => {
      this.#history = saved;
    };
  }

  async #step(closure: Closure): Promise<Tensor> {
    const { lr, maxIter, maxEval, toleranceGrad, toleranceChange, lineSearchFn } = this.paramGroups[0]!;
    const history = this.#history;
    beforeChange(history, () => this.#keep());
    const limit = maxEval ?? Math.floor((maxIter * 5) / 4);
    let now: Evaluation & { readonly tensor: Tensor } = await this.#evaluate(closure, null);
    const before = now.tensor;
    let evaluations = 1;
    if (now.largest <= toleranceGrad) return before;
    for (let iteration = 1; iteration <= maxIter; iteration++) {
      history.n_iter++;
      const d = await this.#direction(now.grad);
      history.d = d;
      history.prev_flat_grad = now.grad;
      history.prev_loss = now.loss;
      history.t = history.n_iter === 1 ? Math.min(1, 1 / now.total) * lr : lr;
      const [slope, reach] = (await read([dot(now.grad, d), d.abs().max()])) as [number, number];
      if (slope > -toleranceChange) break;
      const x = this.#params.map((param) => param.detach().clone());
      const evaluate = async (t: number) => {
        this.#place(x, t, d);
        try {
          return await this.#evaluate(closure, d);
        } catch (error) {
          this.#place(x, 0, d);
          throw error;
        }
      };
      const last = iteration === maxIter;
      if (lineSearchFn !== null) {
        const search = { t: history.t, reach, toleranceChange, maxEvaluations: limit - evaluations };
        const found = await strongWolfe({ ...now, slope }, evaluate, search);
        now = found.point;
        history.t = found.t;
        evaluations += found.evaluations;
        this.#place(x, history.t, d);
      } else if (last) {
        this.#place(x, history.t, d);
      } else {
        now = await evaluate(history.t);
        evaluations++;
      }
      if (last || evaluations >= limit || now.largest <= toleranceGrad) break;
      if (history.t * reach <= toleranceChange || Math.abs(now.loss - history.prev_loss) < toleranceChange) break;
    }
    return before;
  }

  /**
   * −H · grad, where H is the inverse Hessian approximated from the remembered changes: the algorithm's two-loop
   * recursion.
   */
  async #direction(grad: Tensor): Promise<Tensor> {
    const history = this.#history;
    const { old_dirs: changes, old_stps: moves, ro } = history;
    if (history.n_iter === 1 || !history.d || !history.prev_flat_grad) return grad.neg();
    const y = grad.sub(history.prev_flat_grad);
    const s = history.d.mul(history.t);
    const [ys, yy] = (await read([dot(y, s), dot(y, y)])) as [number, number];
    if (ys > 1e-10) {
      if (changes.length === this.paramGroups[0]!.historySize) for (const list of [changes, moves, ro]) list.shift();
      changes.push(y);
      moves.push(s);
      ro.push(1 / ys);
      history.H_diag = ys / yy;
    }
    return scope(() => {
      const shares: Tensor[] = [];
      let q = grad.neg();
      for (let i = changes.length - 1; i >= 0; i--) {
        shares[i] = dot(moves[i]!, q).mul(ro[i]!);
        q = q.sub(changes[i]!.mul(shares[i]!));
      }
      let r = q.mul(history.H_diag);
      for (const [i, move] of moves.entries()) {
        const share = dot(changes[i]!, r).mul(ro[i]!);
        r = r.add(move.mul(shares[i]!.sub(share)));
      }
      return r;
    });
  }

  /** @internal */
  override captureSteps(): () => void {
    const iterations = this.#before + this.#history.n_iter;
    return () => {
      this.#captured = iterations;
    };
  }

  /** @internal If the device is lost, so is the history; the next step begins a new one. */
  override restoreSteps(toSaved: boolean): number {
    super.restoreSteps(toSaved);
    const steps = toSaved ? this.#captured : this.#before + this.#history.n_iter;
    this.#history = nothing();
    this.#before = steps;
    return steps;
  }

  override stateDict(): OptimizerStateDict {
    const { param_groups } = super.stateDict();
    const { old_dirs, old_stps, ro, ...rest } = this.#history;
    if (rest.func_evals === 0) return { state: {}, param_groups };
    return { state: { 0: { ...rest, old_dirs: [...old_dirs], old_stps: [...old_stps], ro: [...ro] } }, param_groups };
  }

  override loadStateDict(named: NamedState): void;
  override loadStateDict(state: OptimizerStateDict): void;
  override loadStateDict(...args: unknown[]): void {
    const given = stateIn('LBFGS', args);
    // If the value is not a state at all, super.loadStateDict below throws.
    const saved = given?.state?.[0] as Partial<History> | undefined;
    const missing = saved && Object.keys(nothing()).find((name) => !(name in saved));
    if (missing) throw new StateDictError(`LBFGS.loadStateDict: expected '${missing}' in the state, but there is none`);
    super.loadStateDict(given?.state ? { ...given, state: {} } : given);
    const { old_dirs = [], old_stps = [], ro = [], ...rest } = saved ?? {};
    this.#history = { ...nothing(), ...rest, old_dirs: [...old_dirs], old_stps: [...old_stps], ro: [...ro] };
    this.#before = 0;
    this.captureSteps()();
  }
}
