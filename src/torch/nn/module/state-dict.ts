// Making and loading state dicts: every key and shape is checked before anything is written, and hooks are called
// around both.

import { StateDictError } from '../../../engine/core/errors';
import { byteLength, sameShape } from '../../../engine/core/meta';
import { Printable } from '../../../engine/core/printable';
import { flush } from '../../../engine/graph/flush';
import { atTopLevel } from '../../../engine/graph/roots';
import { reshape } from '../../../engine/ops/shape/cast';
import { noGrad } from '../../../engine/storage/mode';
import { Tensor } from '../../tensor/tensor';
import type { Module } from './module';
import type { ModuleHooks } from './module-hooks';
import { isUninitialized } from './parameter';

/** Parameters and buffers by name. */
export type StateDict = Record<string, Tensor>;

/** Bytes of parameters to replace before a flush: until then, the old values stay in memory beside the new. */
const PIECE = 2 ** 22;

/** The keys that `loadStateDict` with `strict: false` could not match. */
export class IncompatibleKeys extends Printable {
  constructor(
    /** Keys of the module that the state dict lacks. */
    readonly missingKeys: string[],
    /** Keys of the state dict that the module lacks. */
    readonly unexpectedKeys: string[],
  ) {
    super();
  }

  /** As PyTorch prints it: `<All keys matched successfully>`, or the keys. */
  override toString(): string {
    if (this.missingKeys.length === 0 && this.unexpectedKeys.length === 0) return '<All keys matched successfully>';
    const list = (keys: readonly string[]) => `[${keys.map((key) => `'${key}'`).join(', ')}]`;
    return `_IncompatibleKeys(missing_keys=${list(this.missingKeys)}, unexpected_keys=${list(this.unexpectedKeys)})`;
  }
}

/** The part of a module that state dicts need. */
export interface StateOwner {
  readonly hooks: ModuleHooks;
  tensors(): [string, Tensor][];
  modules(): [string, Module][];
  /** Keys that may be missing: PyTorch's old checkpoints have no `num_batches_tracked`. */
  optional(): string[];
}

/** The end of the key of what `getExtraState` gives. */
const EXTRA = '_extra_state';

/** The getter of a module's `StateOwner`. */
export const stateMembers: unique symbol = Symbol('stateMembers');

/** Adds the tensors of a module and its submodules to `state`. */
export function savedInto(state: StateDict, module: Module, prefix: string, keepVars: boolean): StateDict {
  const { hooks, tensors, modules } = module[stateMembers];
  for (const hook of hooks.beforeState) hook(module, prefix, keepVars);
  for (const [name, tensor] of tensors()) state[prefix + name] = keepVars ? tensor : tensor.detach();
  const extra = module.getExtraState();
  if (extra !== undefined) state[prefix + EXTRA] = extra as Tensor;
  for (const [name, child] of modules()) savedInto(state, child, `${prefix}${name}.`, keepVars);
  for (const hook of hooks.afterState) hook(module, state, prefix, {});
  return state;
}

/** Tensors or keys of a module and its submodules; `own` lists those of one module. */
const below = <T>(module: Module, prefix: string, own: (has: StateOwner, prefix: string) => readonly T[]): T[] => [
  ...own(module[stateMembers], prefix),
  ...module[stateMembers].modules().flatMap(([name, child]) => below(child, `${prefix}${name}.`, own)),
];

function afterLoad(module: Module, keys: IncompatibleKeys): void {
  for (const [, child] of module[stateMembers].modules()) afterLoad(child, keys);
  for (const hook of module[stateMembers].hooks.afterLoad) hook(module, keys);
}

/**
 * Copies `loaded` into the parameters and buffers of the module called `owner`. All or nothing, except that with hooks
 * after the load, keys are checked only after the copy.
 */
export function loadInto(owner: string, module: Module, loaded: StateDict, strict: boolean): IncompatibleKeys {
  const missingKeys: string[] = [];
  const unexpectedKeys: string[] = [];
  const problems: string[] = [];
  const modules = module.namedModules({ removeDuplicate: false });
  const state = modules.reduce((given, [path, each]) => {
    const prefix = path && `${path}.`;
    const { beforeLoad } = each[stateMembers].hooks;
    const upgraded = each.upgradeState(given, prefix, strict ? problems : null);
    const now = beforeLoad.size > 0 ? { ...upgraded } : upgraded;
    for (const hook of beforeLoad) hook(each, now, prefix, {}, true, missingKeys, unexpectedKeys, problems);
    return now;
  }, loaded);
  const optional = new Set(below(module, '', (has, prefix) => has.optional().map((key) => prefix + key)));
  const own = new Map(
    below(module, '', (has, prefix) => has.tensors().map(([name, each]): [string, Tensor] => [prefix + name, each])),
  );
  const extras = new Map(
    modules.flatMap(([path, each]) =>
      each.getExtraState() === undefined ? [] : [[(path && `${path}.`) + EXTRA, each]],
    ),
  );
  missingKeys.push(
    ...[...own.keys(), ...extras.keys()].filter((key) => !Object.hasOwn(state, key) && !optional.has(key)),
  );
  unexpectedKeys.push(...Object.keys(state).filter((key) => !own.has(key) && !extras.has(key)));
  const keys = new IncompatibleKeys(missingKeys, unexpectedKeys);
  const copies: [Tensor, Tensor][] = [];
  for (const [key, current] of own) {
    if (!Object.hasOwn(state, key)) continue;
    const loaded = state[key];
    const problem = mismatch(key, current, loaded);
    if (problem) problems.push(problem);
    else copies.push([current, loaded!]);
  }
  const check = (compared: boolean): void => {
    const told = (what: string, list: readonly string[]): string[] =>
      compared && list.length > 0 ? [`${what} key(s) in state_dict: ${quoted(list)}. `] : [];
    const all = [...told('Missing', missingKeys), ...told('Unexpected', unexpectedKeys), ...problems];
    if (all.length === 0) return;
    throw new StateDictError(`Error(s) in loading state_dict for ${owner}:\n\t${all.join('\n\t')}`);
  };
  const isHooked = modules.some(([, each]) => each[stateMembers].hooks.afterLoad.size > 0);
  check(strict && !isHooked);
  // Read every value first: if a tensor was disposed, this throws before anything is overwritten.
  const sources = copies.map(([current, loaded]) => {
    return [current, Tensor.of(isOldScalar(current, loaded) ? reshape(loaded.value, []) : loaded.value)] as const;
  });
  noGrad(() => {
    let replaced = 0;
    for (const [current, source] of sources) {
      if (isUninitialized(current)) current.materialize(source.shape);
      current.storage.isolate();
      if (current.storage.known === null) replaced += byteLength(source);
      current.copy_(source);
      if (replaced < PIECE || !atTopLevel()) continue;
      flush();
      replaced = 0;
    }
  });
  // The user never sees these tensors, so they can be disposed of.
  for (const [, source] of sources) source.dispose();
  for (const [key, each] of extras) if (Object.hasOwn(state, key)) each.setExtraState(state[key]);
  if (!isHooked) return keys;
  afterLoad(module, keys);
  check(strict);
  return keys;
}

/** Whether a scalar was saved as a vector: PyTorch had no tensors of rank 0 before its version 0.4. */
const isOldScalar = (current: Tensor, loaded: Tensor): boolean =>
  !isUninitialized(current) && current.shape.length === 0 && sameShape(loaded.shape, [1]);

function mismatch(key: string, current: Tensor, loaded: unknown): string | null {
  if (!(loaded instanceof Tensor)) return `expected a tensor for ${key}, but got ${describe(loaded)}.`;
  if (isUninitialized(current) || isOldScalar(current, loaded) || sameShape(current.shape, loaded.shape)) return null;
  const size = (tensor: Tensor) => `torch.Size([${tensor.shape.join(', ')}])`;
  return `size mismatch for ${key}: copying a param with shape ${size(loaded)} from checkpoint, the shape in current model is ${size(current)}.`;
}

const describe = (value: unknown): string => (value === null ? 'null' : typeof value);

const quoted = (keys: readonly string[]): string => keys.map((key) => `"${key}"`).join(', ');
