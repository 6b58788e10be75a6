// Owns calls of modules with parameters that are not their own: functionalCall and stackModuleState.

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

/** The members of a module that are needed here, for any `forward`. */
interface Stateful {
  (...args: never[]): unknown;
  readonly training: boolean;
  namedParameters(options?: NamingOptions): (readonly [string, Tensor])[];
  namedBuffers(options?: NamingOptions): (readonly [string, Tensor])[];
  getSubmodule(path: string): object;
}

const moduleKind: Kind = { words: 'a module', fits: (model) => typeof model === 'function' && 'training' in model };

type Result<M> = M extends (...args: never[]) => infer R ? R : never;

interface CallOptions {
  /** Whether a parameter that stands in several places is replaced in all of them. Default: true. */
  tieWeights?: boolean;
  /** Whether all parameters and buffers have to be given. Default: false. */
  strict?: boolean;
}

/**
 * What a module gives with other tensors in the place of its parameters and buffers, by their names; those that are not given stay. `args` is the
 * only argument, or a list of them; `kwargs` are those by name. The module itself is left as it is.
 *
 *     const loss = (params: NamedTensors) => torch.func.functionalCall(model, params, x).sum();
 *     torch.func.grad(loss)(Object.fromEntries(model.namedParameters()));
 *
 * @throws ArgumentError for a name that the module has not
 */
export function functionalCall<M extends Stateful>(
  module: M,
  parametersAndBuffers: NamedTensors | readonly NamedTensors[],
  args?: unknown,
  kwargs?: Readonly<Record<string, unknown>> | null,
  options?: CallOptions,
): Result<M>;
export function functionalCall<M extends Stateful>(named: CallOptions & Call<M>): Result<M>;
export function functionalCall<M extends Stateful>(...given: readonly unknown[]): Result<M> {
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

function callWith<M extends Stateful>({
  module,
  parametersAndBuffers,
  args,
  kwargs,
  tieWeights,
  strict,
}: Parsed<CallOptions & Call<M>>): Result<M> {
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
    return (module as unknown as (...args: unknown[]) => Result<M>)(...list, ...(kwargs === null ? [] : [kwargs]));
  } finally {
    for (const undo of restore.reverse()) undo();
  }
}

/** Puts a tensor in the place of a member; the returned function puts the member back. */
function put(module: Stateful, path: string, own: Tensor, tensor: Tensor): () => void {
  const dot = path.lastIndexOf('.');
  const owner = module.getSubmodule(path.slice(0, Math.max(dot, 0)));
  const key = path.slice(dot + 1);
  // A buffer may have another name in state dicts than as a member: running_mean is runningMean.
  const member = Object.hasOwn(owner, key) ? key : Object.keys(owner).find((each) => Reflect.get(owner, each) === own)!;
  const before = Object.getOwnPropertyDescriptor(owner, member)!;
  Object.defineProperty(owner, member, { value: tensor, writable: true, enumerable: true, configurable: true });
  return () => Object.defineProperty(owner, member, before);
}

interface Models {
  models: readonly Stateful[];
}

/**
 * The parameters and the buffers of several models of one kind, each stacked along a new dimension 0, by name, as `vmap` over
 * `functionalCall` takes them for an ensemble. Parameters are leaves.
 *
 * @throws ArgumentError for no models, for several classes, and where some train and some do not
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
  const stacked = (of: (model: Stateful) => (readonly [string, Tensor])[]): Record<string, Tensor> => {
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
