// The nodes of a network under torchvision's names: operations and modules by their paths, in the order in which they
// run.

import { nn, scope, Tensor } from '../../../torch';
import {
  type Args,
  type CallWatcher,
  calls,
  inMode,
  kinds,
  Module,
  or,
  takes,
  tensorsIn,
  typed,
  undone,
  warnOnce,
  watchedBy,
} from '../../../torch/inside';
import * as ops from '../ops';
import * as layers from '../ops/layers';
import { StochasticDepth } from '../ops/stochastic-depth';

/** The classes of `nn`: each of their modules is a single node, except that a Sequential counts as its members. */
const ownLayers: () => ReadonlySet<unknown> = (() => {
  let known: ReadonlySet<unknown> | null = null;
  return () => {
    known ??= new Set(Object.values(nn).filter((value) => value !== nn.Sequential));
    return known;
  };
})();

/** torchvision's layers and their subclasses; each is a single node. */
const sharedLayers = [
  layers.Conv2dNormActivation,
  layers.Conv3dNormActivation,
  layers.SqueezeExcitation,
  layers.FloatDropout,
  layers.MLP,
  layers.Permute,
  StochasticDepth,
];

const isLeaf = (module: Module): boolean =>
  ownLayers().has(module.constructor) || sharedLayers.some((layer) => module instanceof layer);

/**
 * In-place methods that correspond to Python's `x += y` and its like, because JavaScript has no such operators for
 * tensors.
 */
const assignments: ReadonlySet<string> = new Set(['add_', 'sub_', 'mul_', 'div_']);

function pythonName(name: string): string {
  // Python writes indexing with brackets.
  if (name === 'at') return 'getitem';
  const plain = assignments.has(name) ? name.slice(0, -1) : name;
  return plain.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Called with every node's name and output. */
type Visit = (name: string, value: unknown) => void;

/** Names nodes while they run. */
class Tracer implements CallWatcher {
  readonly #visit: Visit;
  readonly #paths: ReadonlyMap<unknown, string>;
  readonly #parameters: ReadonlyMap<unknown, string>;
  /** Tensors that depend on the inputs. All others are constants. */
  readonly #traced = new WeakSet<object>();
  /** How often each name, without its number, has occurred. */
  readonly #counts = new Map<string, number>();
  readonly #read = new Set<unknown>();
  #path = '';

  constructor(root: Module, visit: Visit) {
    this.#visit = visit;
    this.#paths = new Map(root.namedModules().map(([path, module]) => [module, path] as const));
    const tensors = [...root.namedParameters(), ...root.namedBuffers()];
    this.#parameters = new Map(tensors.map(([path, tensor]) => [tensor, path] as const));
  }

  inputs(args: readonly unknown[]): void {
    args.forEach((arg, i) => {
      this.#add(i === 0 ? 'x' : `x${i + 1}`, arg);
    });
  }

  operation(name: string, args: readonly unknown[], run: () => unknown, isGetter: boolean): unknown {
    for (const tensor of tensorsIn(args)) this.#use(tensor);
    const hangs = tensorsIn(args).some((tensor) => this.#traced.has(tensor));
    const result = watchedBy(null, run);
    if (!hangs || (isGetter && !(result instanceof Tensor))) return result;
    this.#add(this.#inside(isGetter ? 'getattr' : pythonName(name)), result);
    this.#takeApart(result);
    return result;
  }

  module(module: object, run: () => unknown): unknown {
    const path = this.#paths.get(module);
    if (path === undefined) return run();
    const before = this.#path;
    this.#path = path;
    try {
      if (path === '' || !isLeaf(module as Module)) return run();
      const result = watchedBy(null, run);
      this.#add(path, result);
      this.#path = before;
      this.#takeApart(result);
      return result;
    } finally {
      this.#path = before;
    }
  }

  note(names: readonly string[]): void {
    for (const name of names) this.#add(this.#inside(name), undefined);
  }

  read(parameter: object): void {
    this.#use(parameter);
  }

  /** Goes to the module at a path; the path before. */
  enter(path: string): string {
    const before = this.#path;
    this.#path = path;
    return before;
  }

  /** An operation of another language, which has been run unwatched. */
  step(name: string, operands: readonly unknown[], result: unknown): void {
    const tensors = tensorsIn(operands);
    for (const tensor of tensors) this.#use(tensor);
    if (tensors.some((tensor) => this.#traced.has(tensor))) this.#add(this.#inside(name), result);
  }

  /** In torchvision, each item of a returned list is a node of its own. */
  #takeApart(result: unknown): void {
    if (Array.isArray(result)) for (const item of result) this.#add(this.#inside('getitem'), item);
  }

  /** A parameter or buffer becomes a node where it is first used. */
  #use(tensor: object): void {
    const path = this.#parameters.get(tensor);
    if (path === undefined || this.#read.has(tensor)) return;
    this.#read.add(tensor);
    this.#add(this.#inside(path.replaceAll('.', '_')), tensor);
  }

  #inside(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  #add(name: string, value: unknown): void {
    for (const tensor of tensorsIn([value])) this.#traced.add(tensor);
    // Like torchvision, treats a number at the end of a name as a counter, and counts anew.
    const base = name.replace(/(?<=.)_\d+$/, '');
    const count = this.#counts.get(base) ?? 0;
    this.#counts.set(base, count + 1);
    this.#visit(count === 0 ? base : `${base}_${count}`, value);
  }
}

/** What a network that is written in Python tells of itself while its nodes are named. */
export const toldByPython = {
  note: (name: string): void => calls.watcher?.note([name]),
  /** Goes to the module at a path, or back; null where no nodes are named. */
  enter: (path: string): string | null => (calls.watcher instanceof Tracer ? calls.watcher.enter(path) : null),
  /** Looks away while an operator runs. */
  pause(): { watcher: CallWatcher | null } {
    const { watcher } = calls;
    calls.watcher = null;
    return { watcher };
  },
  /** Looks again, and adds the operator as a node. */
  resume(
    { watcher }: { watcher: CallWatcher | null },
    name: string,
    operands: readonly unknown[],
    result: unknown,
  ): void {
    calls.watcher = watcher;
    if (watcher instanceof Tracer && result !== null) watcher.step(name, operands, result);
  },
};

/** Operations that are not methods of tensors, and those that Python writes with operators. */
const functions: ReadonlySet<string> = new Set(
  [
    'getitem getattr floordiv iadd isub imul size _assert cat concat concatenate stack hstack vstack dstack column_stack row_stack block_diag',
    'meshgrid broadcast_tensors cartesian_prod combinations einsum tensordot cdist pdist rsub isin searchsorted bucketize gradient trapezoid',
    'cumulative_trapezoid trapz std_mean var_mean frobenius_norm atleast_1d atleast_2d atleast_3d zeros_like ones_like empty_like full_like',
    'rand_like randn_like randint_like fill normal poisson binomial unravel_index histogramdd',
  ].flatMap((names) => names.split(' ')),
);

/**
 * Whether a node inside a module can have this name: that of an operation, of an input, or of a parameter that is used
 * there.
 */
export function mayBeNode(model: Module, name: string): boolean {
  const base = name.replace(/(?<=.)_\d+$/, '');
  const method = base.replace(/(?<=.)_([a-z\d])/g, (_, letter: string) => letter.toUpperCase());
  return (
    /^x\d*$/.test(base) ||
    functions.has(base) ||
    method in Tensor.prototype ||
    method in nn.functional ||
    method in ops ||
    [...model.namedParameters(), ...model.namedBuffers()].some(([path]) => path.replaceAll('.', '_') === base)
  );
}

/** Runs the network, and calls `visit` for each of its nodes. */
export function visitNodes(model: Module, args: readonly unknown[], visit: Visit): unknown {
  const tracer = new Tracer(model, visit);
  tracer.inputs(args);
  return watchedBy(tracer, () => model(...(args as never[])));
}

/**
 * The names of the nodes in the network's current mode. Nothing is computed, and changes to the network's state are
 * undone. If the network fails, `names` has those before.
 */
export function nodeNames(model: Module, args: readonly unknown[], names: string[] = []): string[] {
  scope(() => undone(() => visitNodes(model, args, (name) => names.push(name))));
  return names;
}

const exampleKind: kinds.Kind = {
  words: 'an example of what the network is called with, such as torch.rand(1, 3, 224, 224)',
  fits: (value) => value instanceof Tensor || Array.isArray(value),
};

const getGraphNodeNamesTable = takes('getGraphNodeNames', {
  model: kinds.instance(Module, 'a module'),
  /** The argument of the network, or a list of its arguments. */
  example: typed<Tensor | readonly unknown[]>(exampleKind),
  /** Do not warn if the two lists differ. Default: false. */
  suppressDiffWarning: or(kinds.flag, false),
});

/**
 * The names of a network's nodes in training and in evaluation, as torchvision's `get_graph_node_names` returns them:
 * inputs, modules of `nn` by their paths, and functions of tensors under the path of the module that calls them,
 * numbered from the second occurrence on.
 *
 *     const [train, evaluation] = getGraphNodeNames(models.resnet18(), torch.rand(1, 3, 224, 224));
 *     evaluation.slice(-4);   // ['layer4.1.relu_1', 'avgpool', 'flatten', 'fc']
 *
 * `example` is the argument of the network, or a list of its arguments. Nothing is computed. For networks with batch
 * norm on 1×1 maps, such as DeepLabV3, pass at least two images, because training needs them.
 */
export function getGraphNodeNames(
  ...given: Args<typeof getGraphNodeNamesTable, ['model', 'example', 'suppressDiffWarning']>
): [train: string[], evaluation: string[]] {
  const { model, example, suppressDiffWarning } = getGraphNodeNamesTable.read(given);
  const args = example instanceof Tensor ? [example] : (example as readonly unknown[]);
  const train = inMode(model, true, () => nodeNames(model, args));
  const evaluation = inMode(model, false, () => nodeNames(model, args));
  if (!suppressDiffWarning && train.join() !== evaluation.join()) {
    warnOnce(
      'The nodes obtained by tracing the model in eval mode are not a subsequence of those obtained in train mode, or the other way round: ' +
        'give trainReturnNodes and evalReturnNodes where you want nodes that only one of them has.',
    );
  }
  return [train, evaluation];
}
