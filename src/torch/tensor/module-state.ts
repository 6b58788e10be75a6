// functionalCall and stackModuleState, which call modules with other parameters than their own.

import { either, type Kind, listOf, orNull } from '../../engine/core/argument-kinds';
import { ArgumentError } from '../../engine/core/errors';
import { objectAt } from '../../engine/core/object-argument';
import { type Arguments, isPlainObject, type Parsed, parseArgs } from '../../engine/core/options';
import { namedTensors } from './calling/tensor-kinds';
import { stack } from './joining/cat-stack';
import type { Tensor } from './tensor';

/** Parameters or buffers by their names, such as `features.0.weight`. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

interface NamingOptions {
  readonly removeDuplicate?: boolean;
}

/** The members of a module that this file needs, whatever its `forward` takes. */
interface ModuleWithState {
  (...args: never[]): unknown;
  readonly training: boolean;
  namedParameters(options?: NamingOptions): (readonly [string, Tensor])[];
  namedBuffers(options?: NamingOptions): (readonly [string, Tensor])[];
  getSubmodule(path: string): object;
}

const moduleKind: Kind = { words: 'a module', fits: (model) => typeof model === 'function' && 'training' in model };

type ResultOfCall<M> = M extends (...args: never[]) => infer R ? R : never;

interface CallOptions {
  /** Whether a parameter that the module uses in several places is replaced in all of them. Default: true. */
  tieWeights?: boolean;
  /** Whether all parameters and buffers must be given. Default: false. */
  strict?: boolean;
}

/**
 * Calls a module with other tensors in place of its parameters and buffers, given by name; parameters that are not
 * given stay. `args` is the only argument, or a list of arguments; `kwargs` are the arguments by name. The module
 * itself is not changed.
 *
 *     const loss = (params: NamedTensors) => torch.func.functionalCall(model, params, x).sum();
 *     torch.func.grad(loss)(Object.fromEntries(model.namedParameters()));
 *
 * @throws ArgumentError if the module has no parameter or buffer of a given name
 * @param parametersAndBuffers Parameters and buffers by their names, in the place of those of the module.
 * @param kwargs Arguments by name.
 */
export function functionalCall<M extends ModuleWithState>(
  module: M,
  parametersAndBuffers: NamedTensors | readonly NamedTensors[],
  args?: unknown,
  kwargs?: Readonly<Record<string, unknown>> | null,
  options?: CallOptions,
): ResultOfCall<M>;
export function functionalCall<M extends ModuleWithState>(named: CallOptions & Call<M>): ResultOfCall<M>;
export function functionalCall<M extends ModuleWithState>(...given: readonly unknown[]): ResultOfCall<M> {
  return callWith(
    parseArgs<CallOptions & Call<M>>(
      name,
      ['module', 'parametersAndBuffers'],
      { args: [], kwargs: null, tieWeights: true, strict: false },
      [3, 2, 1].reduce((args, place) => objectAt(name, parameters, place, args), given),
      {
        module: moduleKind,
        parametersAndBuffers: either(namedTensors, listOf(namedTensors)),
        kwargs: orNull({ words: 'an object', fits: isPlainObject }),
      },
    ),
  );
}

const name = 'functionalCall';
const parameters = ['module', 'parametersAndBuffers', 'args', 'kwargs', 'tieWeights', 'strict'];

interface Call<M> {
  module: M;
  parametersAndBuffers: NamedTensors | readonly NamedTensors[];
  args?: unknown;
  kwargs?: Readonly<Record<string, unknown>> | null;
}

function callWith<M extends ModuleWithState>({
  module,
  parametersAndBuffers,
  args,
  kwargs,
  tieWeights,
  strict,
}: Parsed<CallOptions & Call<M>>): ResultOfCall<M> {
  const all = [parametersAndBuffers].flat() as readonly NamedTensors[];
  const twice = all.find((tensors, i) =>
    all.slice(i + 1).some((others) => Object.keys(tensors).some((key) => key in others)),
  );
  if (twice) throw new ArgumentError(`${name}: expected every name in one of the objects, but got one in several`);
  const given = new Map(all.flatMap((tensors) => Object.entries(tensors)));
  const named = { removeDuplicate: false };
  const own = new Map([...module.namedParameters(named), ...module.namedBuffers(named)]);
  const strange = [...given.keys()].find((key) => !own.has(key));
  if (strange !== undefined) {
    throw new ArgumentError(
      `${name}: expected names of parameters and buffers, such as ${[...own.keys()].slice(0, 4).join(', ')}, but got '${strange}'`,
    );
  }
  const byTensor = new Map([...given].map(([key, tensor]) => [own.get(key)!, tensor]));
  const missing = [...own].find(([, tensor]) => !byTensor.has(tensor));
  if (strict && missing)
    throw new ArgumentError(`${name}: expected all parameters and buffers, but '${missing[0]}' is missing`);
  const restore: (() => void)[] = [];
  try {
    for (const [key, tensor] of own) {
      const other = given.get(key) ?? (tieWeights ? byTensor.get(tensor) : undefined);
      if (other) restore.push(put(module, key, tensor, other));
    }
    const list: unknown[] = Array.isArray(args) ? args : [args];
    return (module as unknown as (...args: unknown[]) => ResultOfCall<M>)(
      ...list,
      ...(kwargs === null ? [] : [kwargs]),
    );
  } finally {
    for (const undo of restore.reverse()) undo();
  }
}

/** Replaces a parameter or buffer by a tensor; the returned function puts the old one back. */
function put(module: ModuleWithState, path: string, own: Tensor, tensor: Tensor): () => void {
  const dot = path.lastIndexOf('.');
  const owner = module.getSubmodule(path.slice(0, Math.max(dot, 0)));
  const key = path.slice(dot + 1);
  // In state dicts a buffer may have another name than the member: running_mean is the member runningMean.
  const member = Object.hasOwn(owner, key) ? key : Object.keys(owner).find((each) => Reflect.get(owner, each) === own)!;
  const before = Object.getOwnPropertyDescriptor(owner, member)!;
  Object.defineProperty(owner, member, { value: tensor, writable: true, enumerable: true, configurable: true });
  return () => Object.defineProperty(owner, member, before);
}

interface Models {
  /** Modules of one structure. */
  models: readonly ModuleWithState[];
}

/**
 * Stacks the parameters and the buffers of several models of one class, each along a new dimension 0, and returns both
 * by name. For an ensemble, pass the results to `vmap` over `functionalCall`. The stacked parameters are leaves.
 *
 * @throws ArgumentError if there are no models, models of several classes, or models in different modes (train, eval)
 */
export function stackModuleState(
  ...args: Arguments<Models, ['models']>
): [parameters: Record<string, Tensor>, buffers: Record<string, Tensor>] {
  const name = 'stackModuleState';
  const { models } = parseArgs<Models>(name, ['models'], {}, args, { models: listOf(moduleKind) });
  const [first] = models;
  if (!first) throw new ArgumentError(`${name}: expected at least one model, but got none`);
  if (models.some((model) => model.constructor !== first.constructor)) {
    throw new ArgumentError(`${name}: expected models of one class, but got several`);
  }
  if (models.some(({ training }) => training !== first.training)) {
    throw new ArgumentError(`${name}: expected all models in the same mode; call train() or eval() on all of them`);
  }
  const stacked = (of: (model: ModuleWithState) => (readonly [string, Tensor])[]): Record<string, Tensor> => {
    const rows = models.map((model) => new Map(of(model)));
    return Object.fromEntries(
      of(first).map(([key, { requiresGrad }]) => {
        const all = stack(rows.map((row) => row.get(key)!));
        return [key, all.detach().requiresGrad_(requiresGrad)];
      }),
    );
  };
  return [stacked((model) => model.namedParameters()), stacked((model) => model.namedBuffers())];
}
