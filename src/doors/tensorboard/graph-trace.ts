// Owns how a network's graph is found: the operations that run when it is called, under the modules that call them, as TorchScript names both.
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

/** Operations that have other names in TorchScript than in Python. */
const otherNames: Readonly<Record<string, string>> = {
  ...{ conv1d: '_convolution', conv2d: '_convolution', conv3d: '_convolution' },
  ...{ convTranspose1d: '_convolution', convTranspose2d: '_convolution', convTranspose3d: '_convolution' },
  ...{ dropout1d: 'feature_dropout', dropout2d: 'feature_dropout', dropout3d: 'feature_dropout' },
  ...{ at: 'index', T: 'numpy_T', crossEntropy: 'cross_entropy_loss', binaryCrossEntropy: 'binary_cross_entropy' },
};

/** Modules that are one operation in TorchScript and many here. */
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

/** `upsample_bilinear2d` and its like, by the mode and the number of axes. */
function kindOfInterpolation(args: readonly unknown[], given: unknown): string {
  const mode = typeof given === 'string' ? given : 'nearest';
  const axes = `${tensorsIn(args)[0]!.shape.length - 2}d`;
  if (mode === 'area') return `adaptive_avg_pool${axes}`;
  return mode === 'nearest-exact' ? `_upsample_nearest_exact${axes}` : `upsample_${mode}${axes}`;
}

/** A buffer that counts, which no operation reads. */
const COUNT = 'num_batches_tracked';

type Drafted = GraphNode & { inputs: string[] };

class GraphTracer implements CallWatcher {
  nodes: Drafted[] = [];
  readonly #root: Module;
  readonly #paths: ReadonlyMap<unknown, string>;
  /** Names of classes by the paths of modules. */
  readonly #classes: ReadonlyMap<string, string>;
  readonly #parameters: ReadonlyMap<unknown, string>;
  /** The names of the nodes that gave tensors. */
  readonly #given = new WeakMap<object, string>();
  /** The same of nodes that become one; null outside of these. */
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
      // A parameter that comes back as it is stays one.
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

  /** What a module without children has recorded: one operation, where it is one in TorchScript, and its parameters belong to it. */
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

  /** Makes one node of all since `start`, with what these take from outside; constants among them are parts of it. */
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

  /** The name of the node that gives a tensor; a parameter, or a buffer, and a constant become nodes where they are first used. */
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

  /** `Net/Sequential[body]/Conv2d[0]` of the module `body.0`. */
  #scope(path: string): string {
    const keys = path === '' ? [] : path.split('.');
    const parts = keys.map((key, i) => `${this.#classes.get(keys.slice(0, i + 1).join('.')) ?? 'Module'}[${key}]`);
    return [className(this.#root), ...parts].join('/');
  }

  /** Adds a node under a name that no other has. */
  #add(base: string, kind: string, inputs: string[], shape: readonly number[], attributes = ''): string {
    const count = this.#counts.get(base) ?? 0;
    this.#counts.set(base, count + 1);
    const name = count === 0 ? base : `${base}_${count}`;
    this.nodes.push({ name, kind, inputs, shape: [...shape], attributes });
    return name;
  }
}

/** As PyTorch writes attributes: a dictionary of Python's without its quotes. */
const attributesOf = (values: Readonly<Record<string, string>>): string =>
  `{${Object.entries(values)
    .map(([key, value]) => ` ${key} :  ${value} `)
    .join(',')}}`;

/** Nodes from which outputs can be reached. */
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
