// GradScaler: scales losses up, so that small gradients do not underflow in float16, and scales gradients back down
// before a step.

import { flag, type Kind, number, positive, whole } from '../../engine/core/argument-kinds';
import { closeInherited } from '../../engine/core/arity';
import { ArgumentError, DTypeError, StateDictError } from '../../engine/core/errors';
import { type Arguments, isPlainObject, kindOf, parseArgs, shown } from '../../engine/core/options';
import { type Given, type Named, or, takes, value } from '../../engine/core/takes';
import { mul } from '../../engine/ops/pointwise/arithmetic';
import { noGrad } from '../../engine/storage/mode';
import { expectDevice } from '../autograd/autocast';
import { arange, full } from '../tensor/creation/creation';
import { type Gathered, gatherGradients } from '../tensor/flat';
import { stack } from '../tensor/joining/cat-stack';
import { numberAtHand } from '../tensor/reading/shown';
import { scope } from '../tensor/scope';
import { Tensor } from '../tensor/tensor';
import { stateIn } from './arguments';
import { Optimizer } from './optimizer';

const gradScalerTable = takes('GradScaler', {
  /** Has no effect, since there is only one device; PyTorch's device names are accepted. */
  device: or(value<string>(), 'webgpu'),
  /** The initial scale. Default: 65,536. */
  initScale: or(value<number>(), 2 ** 16),
  /** The factor by which the scale is multiplied after `growthInterval` steps in a row without overflow. Default: 2. */
  growthFactor: or(number, 2),
  /** The factor by which the scale is multiplied after an overflow. Default: 0.5. */
  backoffFactor: or(number, 0.5),
  /** Number of consecutive steps without overflow after which the scale grows. Default: 2,000. */
  growthInterval: or(number, 2000),
  /** If false, losses and gradients are not changed. Default: true. */
  enabled: or(flag, true),
});

/** The options of GradScaler. */
export interface GradScalerOptions extends Given<typeof gradScalerTable.entries>, Named {}

/** The saved state, under PyTorch's names. */
export interface GradScalerState {
  scale: number;
  growth_factor: number;
  backoff_factor: number;
  growth_interval: number;
  _growth_tracker: number;
}

type AnyOptimizer = Optimizer<object>;

/** The number of elements in a block that `FilledLayout.filled` describes. */
const COUNTED = 64;

interface Progress {
  stage: 'unscaled' | 'stepping' | 'stepped';
  /** Whether a gradient was infinite or NaN: a tensor on the device until it has been read. */
  found: Tensor | boolean;
}

/** Methods without parameters. */
const plainMethods = ['getScale', 'getGrowthFactor', 'getBackoffFactor', 'getGrowthInterval', 'isEnabled', 'stateDict'];

function above(name: string, given: number, least: number): number {
  if (typeof given === 'number' && given > least) return given;
  throw new ArgumentError(`GradScaler: expected ${name} > ${least}, but got ${shown(given)}`);
}

function below(name: string, given: number, most: number): number {
  if (typeof given === 'number' && given < most) return given;
  throw new ArgumentError(`GradScaler: expected ${name} < ${most}, but got ${shown(given)}`);
}

/**
 * Scales losses for training with `autocast`, and skips steps whose gradients overflow (Micikevicius et al. 2018,
 * arXiv:1710.03740). The scale, in float32, is halved after a skipped step, and doubled after 2,000 consecutive steps
 * that were not skipped.
 *
 *     const scaler = new torch.amp.GradScaler();
 *     for (const [x, y] of batches) {
 *       optimizer.zeroGrad();
 *       const loss = torch.autocast(() => F.crossEntropy(model(x), y));
 *       scaler.scale(loss).backward();
 *       await scaler.step(optimizer);
 *       scaler.update();
 *     }
 *
 * Await `step`: as in PyTorch, it reads one number back to decide whether to take the step.
 */
export class GradScaler {
  #enabled: boolean;
  #scale: number;
  #growthFactor: number;
  #backoffFactor: number;
  #growthInterval: number;
  #growthTracker = 0;
  #hasScaled = false;
  #progress = new Map<AnyOptimizer, Progress>();

  constructor(
    ...args: Arguments<
      GradScalerOptions,
      ['device', 'initScale', 'growthFactor', 'backoffFactor', 'growthInterval', 'enabled']
    >
  ) {
    const o = gradScalerTable.read(args);
    closeInherited(Object.getPrototypeOf(this) as object, Object.prototype, plainMethods);
    expectDevice('GradScaler', o.device);
    this.#enabled = o.enabled;
    this.#scale = Math.fround(above('initScale', o.initScale, 0));
    this.#growthFactor = above('growthFactor', o.growthFactor, 1);
    this.#backoffFactor = below('backoffFactor', o.backoffFactor, 1);
    this.#growthInterval = above('growthInterval', o.growthInterval, 0);
  }

  /** Multiplies a loss, or several in nested lists, by the scale. */
  scale<T extends Tensor | Iterable<unknown>>(...args: Arguments<{ outputs: T }, ['outputs']>): T {
    const { outputs } = parseArgs<{ outputs: T }>('GradScaler.scale', ['outputs'] as never, {} as never, args);
    if (!this.#enabled) return outputs;
    this.#hasScaled = true;
    return this.#scaled(outputs) as T;
  }

  #scaled(outputs: unknown): unknown {
    if (outputs instanceof Tensor) {
      // The scale itself may overflow float16 although the scaled loss does not, so multiply in float32.
      return outputs.dtype === 'float16' ? outputs.float().mul(this.#scale).half() : outputs.mul(this.#scale);
    }
    if (typeof outputs === 'object' && outputs !== null && Symbol.iterator in outputs) {
      return Array.from(outputs as Iterable<unknown>, (one) => this.#scaled(one));
    }
    throw new ArgumentError(`GradScaler.scale: expected a tensor or a list of tensors, but got ${kindOf(outputs)}`);
  }

  /**
   * Divides the gradients of an optimizer's parameters by the scale, and records on the device whether one is infinite
   * or NaN. `step` does this itself unless it has already been done, for example to clip the gradients.
   *
   * @throws ArgumentError if this method was already called since the last `update`, or if nothing was scaled
   * @throws DTypeError if a gradient is float16
   */
  unscale_(...args: Arguments<{ optimizer: AnyOptimizer }, ['optimizer']>): void {
    const { optimizer } = parseArgs<{ optimizer: AnyOptimizer }>('GradScaler.unscale_', ['optimizer'], {}, args, {
      optimizer: anOptimizer,
    });
    if (!this.#enabled) return;
    this.#expectScaled('unscale_');
    const before = this.#progress.get(optimizer);
    if (before) {
      throw new ArgumentError(
        before.stage === 'unscaled'
          ? 'GradScaler.unscale_: expected one call for an optimizer, but it was called already since the last update(); call update() once a step'
          : 'GradScaler.unscale_: expected a call before step(), but it came after it; call update() once a step',
      );
    }
    const params = optimizer.paramGroups.flatMap((group) => (group as { params: Tensor[] }).params);
    const gradients = params.flatMap(({ leaf }) => (leaf?.grad ? [leaf.grad] : []));
    if (gradients.length === 0) {
      throw new ArgumentError(
        'GradScaler.unscale_: expected parameters with gradients, but the optimizer has none; call scaler.scale(loss).backward() first',
      );
    }
    if (gradients.some(({ dtype }) => dtype === 'float16')) {
      throw new DTypeError(
        'GradScaler.unscale_: expected gradients of float32, but got float16; leave the parameters float32, and compute within torch.autocast',
      );
    }
    // 1 / scale is computed in double precision, as in PyTorch.
    const factor = Math.fround(1 / this.#scale);
    const found = scope(() =>
      noGrad(() => {
        const flat = gatherGradients(params);
        return flat ? unscaleFlat(flat, factor) : unscaleEach(gradients, factor);
      }),
    );
    this.#progress.set(optimizer, { stage: 'unscaled', found: found.retain() });
  }

  /**
   * Takes a step of the optimizer, unless a gradient is infinite or NaN. Gradients are unscaled first if they have not
   * been yet. Resolves to the result of `optimizer.step`, or to undefined if the step was skipped.
   *
   * @throws ArgumentError if this method is called twice without an `update`, or with a closure
   * @param given The arguments.
   */
  async step(given: AnyOptimizer | { optimizer: AnyOptimizer }, ...args: readonly unknown[]): Promise<unknown> {
    const { optimizer } = parseArgs<{ optimizer: AnyOptimizer }>('GradScaler.step', ['optimizer'], {}, [given], {
      optimizer: anOptimizer,
    });
    const step = (): unknown => Reflect.apply(optimizer.step, optimizer, args);
    if (!this.#enabled) return step();
    if (args.some((arg) => typeof arg === 'function')) {
      throw new ArgumentError(
        'GradScaler.step: expected no closure, as its gradients would have to be unscaled within; compute them before',
      );
    }
    this.#expectScaled('step');
    const before = this.#progress.get(optimizer)?.stage;
    if (before === 'stepping' || before === 'stepped') {
      throw new ArgumentError(
        'GradScaler.step: expected one call for an optimizer, but it was called already since the last update(); call update() once a step',
      );
    }
    if (!before) this.unscale_(optimizer);
    const progress = this.#progress.get(optimizer)!;
    progress.stage = 'stepping';
    const isFound = await this.#read(progress);
    const result = isFound ? undefined : step();
    progress.stage = 'stepped';
    return result;
  }

  async #read(progress: Progress): Promise<boolean> {
    const { found } = progress;
    if (found instanceof Tensor) {
      progress.found = Boolean(await found.item());
      found.dispose();
    }
    return progress.found as boolean;
  }

  /**
   * Ends an iteration: the scale is multiplied by `backoffFactor` if a step was skipped, and by `growthFactor` after
   * `growthInterval` consecutive steps that were not. If `newScale` is given, it becomes the scale instead. Returns a
   * promise only if gradients were unscaled without a step.
   *
   * @throws ArgumentError if there was no step since the last `update`, or a step was not awaited
   */
  update(...args: Arguments<{ newScale?: number | Tensor | null }, ['newScale']>): void | Promise<void> {
    type Given = { newScale?: number | Tensor | null };
    const { newScale } = parseArgs<Given>('GradScaler.update', [], { newScale: null }, args);
    if (!this.#enabled) return undefined;
    this.#expectScaled('update');
    const all = [...this.#progress.values()];
    if (all.some(({ stage }) => stage === 'stepping')) {
      throw new ArgumentError(
        'GradScaler.update: expected steps that are over, but one is under way; write await scaler.step(optimizer)',
      );
    }
    if (newScale !== null) {
      this.#scale = Math.fround(above('newScale', numberOf(newScale), 0));
      this.#progress.clear();
      return undefined;
    }
    if (all.length === 0) {
      throw new ArgumentError(
        'GradScaler.update: expected a step since the last update(), but there was none; call await scaler.step(optimizer) first',
      );
    }
    const finish = (found: readonly boolean[]) => {
      this.#advance(found.includes(true));
      this.#progress.clear();
    };
    if (all.every(({ found }) => typeof found === 'boolean')) return finish(all.map(({ found }) => found as boolean));
    return Promise.all(all.map((progress) => this.#read(progress))).then(finish);
  }

  #advance(isFound: boolean): void {
    if (isFound) {
      this.#scale = Math.fround(this.#scale * this.#backoffFactor);
      this.#growthTracker = 0;
      return;
    }
    this.#growthTracker++;
    if (this.#growthTracker !== this.#growthInterval) return;
    const grown = Math.fround(this.#scale * this.#growthFactor);
    if (Number.isFinite(grown)) this.#scale = grown;
    this.#growthTracker = 0;
  }

  #expectScaled(method: string): void {
    if (this.#hasScaled) return;
    throw new ArgumentError(
      `GradScaler.${method}: expected a scaled loss, but scale() was not called; call scaler.scale(loss).backward() first`,
    );
  }

  /** The scale; 1 if the scaler is not enabled. */
  getScale(): number {
    return this.#enabled ? this.#scale : 1;
  }

  getGrowthFactor(): number {
    return this.#growthFactor;
  }

  setGrowthFactor(...args: Arguments<{ newFactor: number }, ['newFactor']>): void {
    this.#growthFactor = numberIn('setGrowthFactor', 'newFactor', positive, args);
  }

  getBackoffFactor(): number {
    return this.#backoffFactor;
  }

  setBackoffFactor(...args: Arguments<{ newFactor: number }, ['newFactor']>): void {
    this.#backoffFactor = numberIn('setBackoffFactor', 'newFactor', positive, args);
  }

  getGrowthInterval(): number {
    return this.#growthInterval;
  }

  setGrowthInterval(...args: Arguments<{ newInterval: number }, ['newInterval']>): void {
    this.#growthInterval = numberIn('setGrowthInterval', 'newInterval', whole(1), args);
  }

  isEnabled(): boolean {
    return this.#enabled;
  }

  /** The scale and the settings that change it, in PyTorch's form; empty if the scaler is not enabled. */
  stateDict(): GradScalerState | Record<string, never> {
    if (!this.#enabled) return {};
    return {
      scale: this.#scale,
      growth_factor: this.#growthFactor,
      backoff_factor: this.#backoffFactor,
      growth_interval: this.#growthInterval,
      _growth_tracker: this.#growthTracker,
    };
  }

  /** @throws StateDictError if the state is empty (because its scaler was not enabled), or is not a GradScaler's */
  loadStateDict(named: { stateDict: Readonly<Record<string, unknown>> | GradScalerState }): void;
  loadStateDict(state: Readonly<Record<string, unknown>> | GradScalerState): void;
  loadStateDict(...args: unknown[]): void {
    const state = stateIn<Readonly<Record<string, unknown>>>('GradScaler', args);
    if (!this.#enabled) return;
    if (!isPlainObject(state) || Object.keys(state).length === 0) {
      throw new StateDictError(
        'GradScaler.loadStateDict: expected what stateDict() gives, but it is empty; it may be that of a GradScaler that was not enabled',
      );
    }
    const number = (name: keyof GradScalerState): number => {
      const value = state[name] instanceof Tensor ? numberAtHand(state[name]) : state[name];
      if (typeof value === 'number') return value;
      throw new StateDictError(
        `GradScaler.loadStateDict: expected ${name} to be a number, but got ${kindOf(state[name])}`,
      );
    };
    const [scale, growth, backoff] = [number('scale'), number('growth_factor'), number('backoff_factor')];
    const [interval, tracker] = [number('growth_interval'), number('_growth_tracker')];
    this.#scale = Math.fround(scale);
    this.#growthFactor = growth;
    this.#backoffFactor = backoff;
    this.#growthInterval = interval;
    this.#growthTracker = tracker;
  }
}

/** The number given to a setter. */
const numberIn = <K extends string>(method: string, name: K, kind: Kind, args: readonly unknown[]): number =>
  parseArgs<Record<K, number>>(`GradScaler.${method}`, [name] as never, {} as never, args, { [name]: kind } as never)[
    name
  ] as number;

const anOptimizer: Kind = { words: 'an optimizer', fits: (value) => value instanceof Optimizer };

function numberOf(given: number | Tensor): number {
  const number = given instanceof Tensor ? numberAtHand(given) : given;
  if (typeof number === 'number') return number;
  throw new ArgumentError(
    'GradScaler.update: expected newScale to be a number, but got a tensor that the GPU has yet to compute; pass await newScale.item()',
  );
}

/** Scales flat buffers, and returns whether an element is not finite. Elements beyond a gradient's end are ignored. */
function unscaleFlat(flat: readonly Gathered[], factor: number): Tensor {
  const places = arange(COUNTED);
  const found = flat.map(({ storage, filled }) => {
    const rows = Tensor.of(storage.value).reshape(-1, COUNTED);
    const isCounted = places.lt(Tensor.of(filled).to('int64').unsqueeze(1));
    return rows.isfinite().logicalNot().logicalAnd(isCounted).any();
  });
  const scale = full([], factor, { dtype: 'float32' }).value;
  for (const { storage } of flat) storage.set(mul(storage.value, scale));
  return found.length === 1 ? found[0]! : stack(found).any();
}

function unscaleEach(gradients: readonly Tensor[], factor: number): Tensor {
  const found = gradients.map((gradient) => gradient.isfinite().all());
  for (const gradient of gradients) gradient.mul_(factor);
  return stack(found).all().logicalNot();
}
