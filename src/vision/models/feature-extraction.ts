// Owns feature extractors: a network that gives the results of chosen nodes, and computes nothing behind the last of them.
import { ArgumentError } from '../../errors';
import { currentScope } from '../../graph/roots';
import { Module } from '../../nn/module';
import type { Parameter } from '../../nn/parameter';
import { type Arguments, parseArgs } from '../../tensor/options';
import { Tensor } from '../../tensor/tensor';
import { nodeNames, visitNodes } from './graph-nodes';

/** Names of nodes, or the keys that they are to have by their names. */
export type ReturnNodes = readonly string[] | Readonly<Record<string, string>>;

interface ExtractorOptions {
  /** For both modes. */
  returnNodes?: ReturnNodes | null;
  /** In training, where evaluation has others. */
  trainReturnNodes?: ReturnNodes | null;
  evalReturnNodes?: ReturnNodes | null;
}

type Wanted = ReadonlyMap<string, string>;

const asMap = (nodes: ReturnNodes): Wanted =>
  new Map(Array.isArray(nodes) ? nodes.map((node) => [node, node]) : Object.entries(nodes));

/** Ends a call once everything that is wanted is there. */
class Enough {}

/** The last node of each wanted name, and the key that it gets. A name may be the beginning of many nodes'. */
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

/** A network that gives chosen nodes of another, whose modules it shares. */
export class FeatureExtractor extends Module {
  readonly #model: Module;
  readonly #wanted: Readonly<Record<'train' | 'eval', Wanted>>;
  /** By mode the nodes that are returned; null until the network was called in it. */
  readonly #nodes: Record<'train' | 'eval', Map<string, string> | null> = { train: null, eval: null };

  constructor(model: Module, train: Wanted, evaluation: Wanted) {
    super();
    this.#model = model;
    this.#wanted = { train, eval: evaluation };
    for (const query of [...train.keys(), ...evaluation.keys()]) expectPath(model, query);
    for (const [name, parameter] of model.namedParameters({ recurse: false })) {
      this.registerParameter(name, parameter as Parameter);
    }
    for (const [name, child] of model.namedChildren()) this.registerModule(name, child);
    this.training = model.training;
  }

  override train(mode = true): this {
    super.train(mode);
    this.#model.training = mode;
    return this;
  }

  override forward(...args: Tensor[]): Record<string, Tensor> {
    const model = this.#model;
    const mode = model.training ? 'train' : 'eval';
    const outer = currentScope();
    this.#nodes[mode] ??= chosen(nodeNames(model, args), this.#wanted[mode]);
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
      if (!(error instanceof Enough)) throw error;
    }
    if (missing === 0) return results;
    // The network took another way this time.
    this.#nodes[mode] = null;
    const absent = [...nodes].find(([, key]) => !Object.hasOwn(results, key))![0];
    throw new ArgumentError(
      `createFeatureExtractor: expected node '${absent}' at every call, but this one did not come to it; call the extractor again`,
    );
  }
}

/** @throws ArgumentError where a name begins with what is no module */
function expectPath(model: Module, query: string): void {
  const above = query.split('.').slice(0, -1).join('.');
  if (model.namedModules().some(([path]) => path === above)) return;
  throw new ArgumentError(
    `createFeatureExtractor: node '${query}' is not present in model. Hint: use getGraphNodeNames to make sure the returnNodes you specified are present.`,
  );
}

/**
 * A network that gives the results of the named nodes of `model`, by their names or by keys of yours; it computes nothing behind the last of them.
 *
 *     const extractor = createFeatureExtractor(models.resnet18(), { layer1: 'low', layer3: 'high' });
 *     const { low, high } = extractor(torch.rand(1, 3, 224, 224));
 *
 * Names are those of `getGraphNodeNames`; one that is the beginning of others' stands for the last of them. The extractor shares the modules of `model`,
 * so that gradients, `train()`, `eval()` and state dicts are those of the modules. A layer that writes over its input changes what the node before it
 * has given, as in PyTorch.
 *
 * @throws ArgumentError for names that are not there: at once where a path leads nowhere, else at the first call
 */
export function createFeatureExtractor(
  model: Module,
  ...args: Arguments<ExtractorOptions, ['returnNodes', 'trainReturnNodes', 'evalReturnNodes']>
): FeatureExtractor;
export function createFeatureExtractor(model: Module, nodes: ReturnNodes): FeatureExtractor;
export function createFeatureExtractor(model: Module, ...args: unknown[]): FeatureExtractor {
  const named = ['returnNodes', 'trainReturnNodes', 'evalReturnNodes'];
  const first = args[0] as ExtractorOptions | ReturnNodes | null | undefined;
  const byName =
    typeof first === 'object' &&
    first !== null &&
    Object.keys(first).length > 0 &&
    Object.keys(first).every((key) => named.includes(key));
  const [returnNodes, ...rest] = byName ? [null, first] : args;
  const defaults = { returnNodes: null, trainReturnNodes: null, evalReturnNodes: null };
  const o = byName
    ? parseArgs<ExtractorOptions>('createFeatureExtractor', [], defaults, [first])
    : {
        ...parseArgs<ExtractorOptions>(
          'createFeatureExtractor',
          [],
          { trainReturnNodes: null, evalReturnNodes: null } as never,
          rest,
        ),
        returnNodes: (returnNodes ?? null) as ReturnNodes | null,
      };
  const { trainReturnNodes: train, evalReturnNodes: evaluation } = o;
  const given = o.returnNodes !== null && Object.keys(o.returnNodes).length > 0;
  if (!given && !train && !evaluation) {
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
