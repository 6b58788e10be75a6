// Feature extractors: networks that return the outputs of chosen nodes, and compute nothing after the last of them.

import { ArgumentError, type nn, Tensor } from '../../../torch';
import {
  type Arguments,
  currentScope,
  expectKind,
  isPlainObject,
  kinds,
  Module,
  parseArgs,
} from '../../../torch/inside';
import { mayBeNode, nodeNames, visitNodes } from './graph-nodes';

/** Names of nodes, or a map from names to the keys that their outputs get. */
export type ReturnNodes = readonly string[] | Readonly<Record<string, string>>;

interface ExtractorOptions {
  /** The nodes for both modes. */
  returnNodes?: ReturnNodes | null;
  /** The nodes in training, if evaluation has others. */
  trainReturnNodes?: ReturnNodes | null;
  /** The layers whose results are asked for in evaluation. */
  evalReturnNodes?: ReturnNodes | null;
}

interface ExtractorArguments extends ExtractorOptions {
  model: Module;
}

const names: readonly string[] = ['returnNodes', 'trainReturnNodes', 'evalReturnNodes'];

type Wanted = ReadonlyMap<string, string>;

const asMap = (nodes: ReturnNodes): Wanted =>
  new Map(Array.isArray(nodes) ? nodes.map((node) => [node, node]) : Object.entries(nodes));

/** Thrown to end a call as soon as all wanted outputs are there. */
class Enough extends Error {}

/** For each wanted name, the last node whose name begins with it, and the key that its output gets. */
function chosen(names: readonly string[], wanted: Wanted): Map<string, string> {
  const open = new Map(wanted);
  const found: [string, string][] = [];
  for (const name of [...names].reverse()) {
    const parts = name.split('.');
    const query = [...open.keys()].find((key) => parts.slice(0, key.split('.').length).join('.') === key);
    if (query === undefined) continue;
    found.push([name, open.get(query)!]);
    open.delete(query);
  }
  const [missing] = open.keys();
  if (missing !== undefined) {
    throw new ArgumentError(
      `createFeatureExtractor: node '${missing}' is not present in model. Hint: use getGraphNodeNames to make sure the returnNodes you specified are present. ` +
        'It may even be that you need to specify trainReturnNodes and evalReturnNodes separately.',
    );
  }
  return new Map(found.reverse());
}

/** A network that returns the outputs of chosen nodes of another network, and shares its modules. */
export class FeatureExtractor extends Module {
  readonly #model: Module;
  readonly #wanted: Readonly<Record<'train' | 'eval', Wanted>>;
  /** For each mode the nodes to return; null until the network has been called in that mode. */
  readonly #nodes: Record<'train' | 'eval', Map<string, string> | null> = { train: null, eval: null };

  constructor(
    model: Module,
    train: Wanted,
    /** The layers whose results are asked for in evaluation. */ evaluation: Wanted,
  ) {
    super();
    if (!(train instanceof Map && evaluation instanceof Map)) {
      throw new ArgumentError('FeatureExtractor: expected nodes as maps; write createFeatureExtractor(model, nodes)');
    }
    this.#model = model;
    this.#wanted = { train, eval: evaluation };
    for (const query of [...train.keys(), ...evaluation.keys()]) expectPath(model, query);
    for (const [name, parameter] of model.namedParameters({ recurse: false })) {
      this.registerParameter(name, parameter as nn.Parameter);
    }
    for (const [name, child] of model.namedChildren()) this.registerModule(name, child);
    this.training = model.training;
  }

  override train(mode = true): this {
    super.train(mode);
    this.#model.training = mode;
    return this;
  }

  /** An input that the network can take as far as the last of the nodes is enough. */
  #chosen(args: readonly Tensor[], wanted: Wanted): Map<string, string> {
    const names: string[] = [];
    try {
      nodeNames(this.#model, args, names);
    } catch (error) {
      if (![...wanted.keys()].every((query) => names.some((name) => name === query || name.startsWith(`${query}.`)))) {
        throw error;
      }
    }
    return chosen(names, wanted);
  }

  override forward(...args: Tensor[]): Record<string, Tensor> {
    const model = this.#model;
    const mode = model.training ? 'train' : 'eval';
    const outer = currentScope();
    this.#nodes[mode] ??= this.#chosen(args, this.#wanted[mode]);
    const nodes = this.#nodes[mode];
    const results: Record<string, Tensor> = {};
    let missing = nodes.size;
    try {
      visitNodes(model, args, (name, value) => {
        const key = nodes.get(name);
        if (key === undefined) return;
        results[key] = value as Tensor;
        for (const tensor of value instanceof Tensor ? [value] : Object.values(value ?? {})) {
          if (tensor instanceof Tensor) tensor.storage.moveOutward(outer);
        }
        if (--missing === 0) throw new Enough();
      });
    } catch (error) {
      // A module of Python passes it on as an error of its own.
      if (missing > 0) throw error;
    }
    if (missing === 0) return results;
    // The network took another path in this call.
    this.#nodes[mode] = null;
    const absent = [...nodes].find(([, key]) => !Object.hasOwn(results, key))![0];
    throw new ArgumentError(
      `createFeatureExtractor: expected node '${absent}' at every call, but this one did not come to it; call the extractor again`,
    );
  }
}

/** @throws ArgumentError if no module has the name, and no operation inside a module can have it */
function expectPath(model: Module, query: string): void {
  const paths = model.namedModules().map(([path]) => path);
  const parts = query.split('.');
  const above = parts.slice(0, -1).join('.');
  // The second call of a module is a node whose name ends in a number.
  const isModule = paths.includes(query) || paths.includes(query.replace(/_\d+$/, ''));
  if (isModule || (paths.includes(above) && mayBeNode(model, parts.at(-1)!))) return;
  const near = paths
    .filter((path) => path !== '')
    .map((path) => ({ path, edits: editsBetween(query, path) }))
    .sort((a, b) => a.edits - b.edits)
    .filter(({ edits }, i) => i < MOST_NEAR && edits <= Math.max(2, query.length / 2))
    .map(({ path }) => `'${path}'`);
  throw new ArgumentError(
    `createFeatureExtractor: node '${query}' is not present in model${near.length > 0 ? `; close to it are ${near.join(', ')}` : ''}. ` +
      'Hint: use getGraphNodeNames to make sure the returnNodes you specified are present.',
  );
}

/** Most names that an error suggests. */
const MOST_NEAR = 4;

/** The number of letters to insert, remove or replace that turn one text into the other (Levenshtein 1966). */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

const nodesKind: kinds.Kind = {
  words: 'a list of names, or an object of keys by names',
  fits: (value) => {
    const names = Array.isArray(value) ? (value as unknown[]) : isPlainObject(value) ? Object.values(value) : null;
    return names?.every((name) => typeof name === 'string') ?? false;
  },
};
const nodesKinds = {
  model: kinds.instance(Module, 'a module'),
  returnNodes: kinds.orNull(nodesKind),
  trainReturnNodes: kinds.orNull(nodesKind),
  evalReturnNodes: kinds.orNull(nodesKind),
};

/**
 * Makes a network that returns the outputs of the named nodes of `model`, under their names or under your own keys. It
 * computes nothing after the last of these nodes.
 *
 *     const extractor = createFeatureExtractor(models.resnet18(), { layer1: 'low', layer3: 'high' });
 *     const { low, high } = extractor(torch.rand(1, 3, 224, 224));
 *
 * Names are those of `getGraphNodeNames`; a name that is the beginning of others stands for the last of them. The
 * extractor shares the modules of `model`, so gradients, `train()`, `eval()` and state dicts concern the same modules.
 * A layer that works in place changes the output of the node before it, as in PyTorch.
 *
 * @throws ArgumentError if a name does not exist: at once if neither a module nor an operation can have the name, else
 * at the first call
 */
export function createFeatureExtractor(
  ...args: Arguments<ExtractorArguments, ['model', 'returnNodes', 'trainReturnNodes', 'evalReturnNodes']>
): FeatureExtractor;
export function createFeatureExtractor(model: Module, nodes: ReturnNodes): FeatureExtractor;
export function createFeatureExtractor(...args: unknown[]): FeatureExtractor {
  const name = 'createFeatureExtractor';
  const [, nodes, ...rest] = args;
  // A map of nodes must not be taken for named parameters.
  const isMap = isPlainObject(nodes) && !Object.keys(nodes).some((key) => names.includes(key));
  const defaults = { returnNodes: null, trainReturnNodes: null, evalReturnNodes: null };
  const given = isMap && Object.keys(nodes).length > 0 ? [args[0], [], ...rest] : args;
  const parsed = parseArgs<ExtractorArguments>(name, ['model'], defaults, given, nodesKinds);
  const { model } = parsed;
  const o = given === args ? parsed : { ...parsed, returnNodes: nodes as ReturnNodes };
  expectKind('createFeatureExtractor', 'returnNodes', o.returnNodes, nodesKinds.returnNodes);
  const { trainReturnNodes: train, evalReturnNodes: evaluation } = o;
  const isGiven = o.returnNodes !== null && Object.keys(o.returnNodes).length > 0;
  if (!isGiven && !train && !evaluation) {
    throw new ArgumentError(
      'createFeatureExtractor: expected returnNodes, or trainReturnNodes and evalReturnNodes together, but got none',
    );
  }
  if (!train !== !evaluation) {
    throw new ArgumentError(
      'createFeatureExtractor: expected trainReturnNodes and evalReturnNodes together, but got one of them',
    );
  }
  if (o.returnNodes && train) {
    throw new ArgumentError(
      'createFeatureExtractor: expected returnNodes, or trainReturnNodes and evalReturnNodes, but got all of them',
    );
  }
  return new FeatureExtractor(model, asMap((train ?? o.returnNodes)!), asMap((evaluation ?? o.returnNodes)!));
}
