// Traces a network's graph: the operations that run when the network is called, grouped by the modules that call them,
// with TorchScript's names.
import type { Tensor } from '../../torch';
import {
  type CallWatcher,
  className,
  isPlainObject,
  type Module,
  snakeName,
  tensorsIn,
  watchedBy,
} from '../../torch/inside';
import type { GraphNode } from './graph-def';

/** Operations whose names in TorchScript differ from those in Python. */
const otherNames: Readonly<Record<string, string>> = {
  ...{ conv1d: '_convolution', conv2d: '_convolution', conv3d: '_convolution' },
  ...{ convTranspose1d: '_convolution', convTranspose2d: '_convolution', convTranspose3d: '_convolution' },
  ...{ dropout1d: 'feature_dropout', dropout2d: 'feature_dropout', dropout3d: 'feature_dropout' },
  ...{ at: 'index', T: 'numpy_T', crossEntropy: 'cross_entropy_loss', binaryCrossEntropy: 'binary_cross_entropy' },
};

/** Modules that are a single operation in TorchScript but many here. */
const recurrent: Readonly<Record<string, string>> = {
  ...{ LSTM: 'lstm', GRU: 'gru', RNN: 'rnn_*' },
  ...{ LSTMCell: 'lstm_cell', GRUCell: 'gru_cell', RNNCell: 'rnn_*_cell' },
};

function kindOfRecurrent(module: Module): string | undefined {
  if (module.children().length > 0) return undefined;
  const { nonlinearity } = module as { readonly nonlinearity?: string };
  return recurrent[className(module)]?.replace('*', nonlinearity ?? 'tanh');
}

function kindOfCall(name: string, args: readonly unknown[]): string {
  const last = args.at(-1);
  const options = isPlainObject(last) ? last : {};
  if (name === 'interpolate') return `aten::${kindOfInterpolation(args, options.mode ?? args[3])}`;
  return `aten::${otherNames[name] ?? snakeName(name)}${options.inplace === true ? '_' : ''}`;
}

/** The name of an interpolation, such as `upsample_bilinear2d`, from its mode and its number of spatial axes. */
function kindOfInterpolation(args: readonly unknown[], given: unknown): string {
  const mode = typeof given === 'string' ? given : 'nearest';
  const axes = `${tensorsIn(args)[0]!.shape.length - 2}d`;
  if (mode === 'area') return `adaptive_avg_pool${axes}`;
  return mode === 'nearest-exact' ? `_upsample_nearest_exact${axes}` : `upsample_${mode}${axes}`;
}

/** The counter of batch normalisation, which no operation reads. */
const COUNT = 'num_batches_tracked';

type Drafted = GraphNode & { inputs: string[] };

class GraphTracer implements CallWatcher {
  nodes: Drafted[] = [];
  readonly #root: Module;
  readonly #paths: ReadonlyMap<unknown, string>;
  /** The class name of each module, by its path. */
  readonly #classes: ReadonlyMap<string, string>;
  readonly #parameters: ReadonlyMap<unknown, string>;
  /** The name of the node that produced each tensor. */
  readonly #given = new WeakMap<object, string>();
  /**
   * While nodes that will be merged into one are recorded: the name of the node that produced each tensor. Null at
   * other times.
   */
  #inner: Map<object, string> | null = null;
  readonly #counts = new Map<string, number>();
  #path = '';

  constructor(root: Module) {
    this.#root = root;
    const modules = root.namedModules();
    this.#paths = new Map(modules.map(([path, module]) => [module, path] as const));
    this.#classes = new Map(modules.map(([path, module]) => [path, className(module)] as const));
    const tensors = [...root.namedParameters(), ...root.namedBuffers()];
    this.#parameters = new Map(tensors.map(([path, tensor]) => [tensor, path] as const));
  }

  inputs(args: readonly unknown[]): void {
    tensorsIn(args).forEach((tensor, i) => {
      this.#give(tensor, this.#add(`input/input.${i + 1}`, 'IO Node', [], tensor.shape));
    });
  }

  outputs(result: unknown): void {
    tensorsIn([result]).forEach((tensor, i) => {
      this.#add(`output/output.${i + 1}`, 'IO Node', [this.#nameOf(tensor)], tensor.shape);
    });
  }

  operation(name: string, args: readonly unknown[], run: () => unknown): unknown {
    const result = watchedBy(null, run);
    const made = tensorsIn([result]);
    if (made.length === 0) return result;
    const inputs = tensorsIn(args).map((tensor) => this.#nameOf(tensor));
    const kind = kindOfCall(name, args);
    const node = this.#add(`${this.#scope(this.#path)}/${snakeName(name)}`, kind, inputs, made[0]!.shape, '{}');
    for (const tensor of made) {
      // If an operation returns a parameter itself, unchanged, it remains a parameter.
      if (!this.#parameters.has(tensor) || name.endsWith('_')) this.#give(tensor, node);
    }
    return result;
  }

  module(module: object, run: () => unknown): unknown {
    const path = this.#paths.get(module);
    if (path === undefined) return run();
    const [before, start] = [this.#path, this.nodes.length];
    const kind = kindOfRecurrent(module as Module);
    this.#path = path;
    if (kind !== undefined) this.#inner = new Map();
    try {
      const result = run();
      this.#inner = null;
      if (kind !== undefined) this.#join(start, kind, result);
      if ((module as Module).children().length === 0) this.#closeLeaf(module as Module, start);
      return result;
    } finally {
      this.#path = before;
      this.#inner = null;
    }
  }

  note(): void {}

  read(): void {}

  /**
   * Finishes a module without children: if it is one operation in TorchScript, merges the nodes that it recorded,
   * including parameters, into one.
   */
  #closeLeaf(module: Module, start: number): void {
    const own = this.nodes.slice(start).filter((node) => node.kind.startsWith('aten::'));
    const [only] = own;
    if (own.length !== 1 || !only) return;
    Object.assign(only, { attributes: attributesOf({ module: String(module) }) });
    const known = new Set(only.inputs);
    const state = [...module.namedParameters({ recurse: false }), ...module.namedBuffers({ recurse: false })];
    for (const [name, tensor] of state) {
      if (name === COUNT) continue;
      const input = this.#nameOf(tensor);
      if (!known.has(input)) only.inputs.push(input);
    }
  }

  /**
   * Merges all nodes since `start` into one, which keeps the inputs from outside; constants among the nodes are
   * absorbed.
   */
  #join(start: number, kind: string, result: unknown): void {
    const parts = this.nodes.splice(start);
    const outer = parts.filter(({ kind: part }) => part === 'prim::GetAttr');
    const inner = new Set(parts.filter((node) => !outer.includes(node)).map(({ name }) => name));
    const inputs = new Set(parts.flatMap((node) => node.inputs).filter((name) => !inner.has(name)));
    const made = tensorsIn([result]);
    this.nodes.push(...outer);
    if (made.length === 0) return;
    const scope = this.#scope(this.#path);
    const name = this.#add(`${scope}/${kind}`, `aten::${kind}`, [...inputs], made[0]!.shape);
    for (const tensor of made) this.#give(tensor, name);
  }

  /** The name of the node that produces a tensor. Parameters, buffers and constants become nodes at their first use. */
  #nameOf(tensor: Tensor): string {
    const known = this.#inner?.get(tensor) ?? this.#given.get(tensor);
    if (known !== undefined) return known;
    const path = this.#parameters.get(tensor);
    if (path === undefined) {
      const constant = this.#add(`${this.#scope(this.#path)}/constant`, 'prim::Constant', [], tensor.shape, '{}');
      this.#given.set(tensor, constant);
      return constant;
    }
    const dot = path.lastIndexOf('.');
    const leaf = path.slice(dot + 1);
    const scope = this.#scope(path.slice(0, Math.max(dot, 0)));
    const attributes = attributesOf({ name: leaf });
    const name = this.#add(`${scope}/${leaf}/${leaf}`, 'prim::GetAttr', [], tensor.shape, attributes);
    this.#given.set(tensor, name);
    return name;
  }

  #give(tensor: Tensor, name: string): void {
    (this.#inner ?? this.#given).set(tensor, name);
  }

  /** The scope of a module: `Net/Sequential[body]/Conv2d[0]` for `body.0`. */
  #scope(path: string): string {
    const keys = path === '' ? [] : path.split('.');
    const parts = keys.map((key, i) => `${this.#classes.get(keys.slice(0, i + 1).join('.')) ?? 'Module'}[${key}]`);
    return [className(this.#root), ...parts].join('/');
  }

  /** Adds a node under a unique name. */
  #add(base: string, kind: string, inputs: string[], shape: readonly number[], attributes = ''): string {
    const count = this.#counts.get(base) ?? 0;
    this.#counts.set(base, count + 1);
    const name = count === 0 ? base : `${base}_${count}`;
    this.nodes.push({ name, kind, inputs, shape: [...shape], attributes });
    return name;
  }
}

/** Attributes as PyTorch writes them: a Python dictionary without quotes. */
const attributesOf = (values: Readonly<Record<string, string>>): string =>
  `{${Object.entries(values)
    .map(([key, value]) => ` ${key} :  ${value} `)
    .join(',')}}`;

/** The nodes on which an output depends. */
function used(nodes: readonly GraphNode[]): GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node] as const));
  const found = new Set<string>();
  const waiting = nodes.filter(({ name }) => name.startsWith('output/')).map(({ name }) => name);
  while (waiting.length > 0) {
    const name = waiting.pop()!;
    if (found.has(name)) continue;
    found.add(name);
    waiting.push(...byName.get(name)!.inputs);
  }
  return nodes.filter(({ name }) => found.has(name));
}

/** The graph of a network called with `args`, and its results. */
export function tracedGraph(
  model: Module,
  args: readonly unknown[],
): { readonly nodes: GraphNode[]; readonly result: unknown } {
  const tracer = new GraphTracer(model);
  tracer.inputs(args);
  const result = watchedBy(tracer, () => model(...(args as never[])));
  tracer.outputs(result);
  return { nodes: used(tracer.nodes), result };
}
