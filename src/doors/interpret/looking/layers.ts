// Finds layers by module or name, and runs a network in evaluation mode to get their outputs, without changing its
// state.

import { ArgumentError, ShapeError, scope, Tensor } from '../../../torch';
import {
  type CallWatcher,
  callOf,
  className,
  currentScope,
  expectKind,
  kindOf,
  kinds,
  Module,
  undone,
  watchedBy,
} from '../../../torch/inside';
import type { Layer } from '../layer/capture';

export type { Layer } from '../layer/capture';

export const moduleKind: kinds.Kind = kinds.instance(Module, 'a module');

export const layerKind: kinds.Kind = {
  words: 'a module or its dotted name',
  fits: (value) => value instanceof Module || typeof value === 'string',
};

/** Resolves a layer to its module. @throws ArgumentError if the model has no such layer */
export function moduleOf(op: string, model: Module, layer: Layer): Module {
  expectModule(op, model);
  if (typeof layer === 'string') {
    const found = new Map(model.namedModules({ removeDuplicate: false })).get(layer);
    if (found) return found;
    const names = model.namedModules().map(([name]) => name);
    const near = names.filter((name) => name !== '').slice(0, 8);
    throw new ArgumentError(
      `${op}: expected a layer of ${className(model)}, but got the name '${layer}'; its layers are ${near.join(', ')}${names.length > 9 ? ', …' : ''}`,
    );
  }
  if (!(layer instanceof Module)) {
    throw new ArgumentError(`${op}: expected a layer, a module or its dotted name, but got ${kindOf(layer)}`);
  }
  if (!model.modules().includes(layer)) {
    throw new ArgumentError(`${op}: expected a layer of ${className(model)}, but got a module that it does not hold`);
  }
  return layer;
}

/** @throws ArgumentError if the value is not a module */
export function expectModule(op: string, model: unknown): asserts model is Module {
  if (!(model instanceof Module)) throw new ArgumentError(`${op}: expected an nn.Module, but got ${kindOf(model)}`);
}

/** Runs `fn` with every module in evaluation mode, and restores each module's mode afterwards. */
export function evaluating<T>(model: Module, fn: () => T): T {
  const training = model.modules().filter((module) => module.training);
  for (const module of training) module.training = false;
  try {
    return fn();
  } finally {
    for (const module of training) module.training = true;
  }
}

/** Thrown to end a forward pass once all wanted outputs are there. */
class Enough {}

/** Runs `run`, and passes the result of each module call to `seen`. */
function watching<T>(seen: (module: object, result: unknown) => void, run: () => T): T {
  const watcher: CallWatcher = {
    operation: (_name, _args, call) => call(),
    module: (module, call) => {
      const result = call();
      seen(module, result);
      return result;
    },
    note: () => {},
    read: () => {},
  };
  return watchedBy(watcher, run);
}

/** The tensor that a layer returned; the first if it returned several. */
function tensorOf(op: string, module: Module, result: unknown): Tensor {
  const first = Array.isArray(result) ? result.find((item) => item instanceof Tensor) : result;
  if (first instanceof Tensor) return first;
  throw new ArgumentError(`${op}: expected ${className(module)} to give a tensor, but it gave ${kindOf(result)}`);
}

/**
 * The outputs of layers for one input. No hooks are registered: calls are watched while they run. Modules after the
 * last layer do not run, so a network with a classifier of fixed size accepts pictures of other sizes up to its
 * convolutions. If a layer is called several times, its last output counts, as with Captum's hooks.
 */
export class Probe {
  readonly #op: string;
  readonly #model: Module;
  readonly #layers: readonly Module[];
  #calls: readonly number[] | null = null;

  constructor(op: string, model: Module, layers: readonly Layer[]) {
    expectKind(op, 'model', model, moduleKind);
    this.#op = op;
    this.#model = model;
    this.#layers = layers.map((layer) => moduleOf(op, model, layer));
  }

  /** The outputs in the order of the layers, in evaluation mode. */
  run(input: Tensor): Tensor[] {
    return evaluating(this.#model, () => this.#run(input));
  }

  #run(input: Tensor): Tensor[] {
    this.#calls ??= this.#count(input);
    const outer = currentScope();
    const found: (Tensor | undefined)[] = this.#layers.map(() => undefined);
    const left = [...this.#calls];
    const seen = (module: object, result: unknown): void => {
      this.#layers.forEach((layer, i) => {
        if (layer !== module) return;
        left[i]!--;
        if (left[i]! > 0) return;
        const tensor = tensorOf(this.#op, layer, result);
        tensor.storage.moveOutward(outer);
        found[i] = tensor;
      });
      if (left.every((count) => count <= 0)) throw new Enough();
    };
    try {
      watching(seen, () => callOf(this.#model)(input));
    } catch (error) {
      if (!(error instanceof Enough)) throw error;
    }
    return found.map((tensor, i) => tensor ?? this.#missing(this.#layers[i]!));
  }

  /** Counts the calls of each layer in a rehearsal: a forward pass that computes nothing and is undone. */
  #count(input: Tensor): number[] {
    const counts = this.#layers.map(() => 0);
    const seen = (module: object): void => {
      this.#layers.forEach((layer, i) => {
        if (layer === module) counts[i]!++;
      });
    };
    let failure: unknown = null;
    scope(() => {
      try {
        undone(() => watching(seen, () => callOf(this.#model)(input)));
      } catch (error) {
        failure = error;
      }
    });
    // Ignore a failure after the last layer of interest, such as at a classifier of a fixed size.
    const missing = this.#layers.find((_, i) => counts[i] === 0);
    if (missing && failure !== null) throw failure;
    return missing ? this.#missing(missing) : counts;
  }

  #missing(layer: Module): never {
    throw new ArgumentError(
      `${this.#op}: expected ${className(layer)} to be called by ${className(this.#model)}, but it was not`,
    );
  }
}

/** The output of the whole network, in evaluation mode. */
export function outputOf(op: string, model: Module, input: Tensor): Tensor {
  expectModule(op, model);
  return evaluating(model, () => tensorOf(op, model, callOf(model)(input)));
}

/** A picture, or a batch of them, as [N, C, H, W]. @throws ShapeError for another rank */
export function asBatch(op: string, image: Tensor): Tensor {
  if (!(image instanceof Tensor)) {
    throw new ArgumentError(`${op}: expected a picture, a tensor [N, C, H, W] or [C, H, W], but got ${kindOf(image)}`);
  }
  if (image.dim() !== 3 && image.dim() !== 4) {
    throw new ShapeError(
      `${op}: expected a picture of shape [N, C, H, W] or [C, H, W], but got [${image.shape.join(', ')}]`,
    );
  }
  const floats = image.dtype === 'float32' ? image : image.to('float32');
  return image.dim() === 3 ? floats.unsqueeze(0) : floats;
}
