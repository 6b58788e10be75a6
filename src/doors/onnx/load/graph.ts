// From the graph of a file to a plan: each node becomes a layer, a step, or numbers known before any call.
import { FileFormatError, type Tensor } from '../../../torch';
import { isFloat, type Module } from '../../../torch/inside';
import type {
  AttributeMessage,
  FunctionMessage,
  GraphMessage,
  ModelMessage,
  NodeMessage,
  TensorMessage,
} from '../proto/messages';
import { type Operators, operatorKey } from './call';
import {
  checkNames,
  checkOperators,
  controlFlow,
  type Functions,
  functionKey,
  functionsOf,
  opsetOf,
  refuse,
} from './check';
import { constantOf } from './constant';
import { IfStep, LoopStep, type SubPlan } from './control';
import { keepTensor } from './convert';
import { folded } from './fold';
import { substituted } from './functions';
import { type Known, Scope, Slot, Weight } from './known';
import { layerRules } from './layers';
import { type Around, type Layer, LayerNode, type NextNode } from './layers/layer';
import { liveNodes } from './live';
import { containersOf, isGenerated, pathOfNode } from './names';
import { LayerStep, OperatorStep, Plan, type Source, type Step } from './plan';
import { rankAfter } from './ranks';
import { Registry } from './registry';
import { hostArrayOf } from './tensors';
import { Tree } from './tree';
import { HostArray } from './values';

/**
 * Inlining functions may add this many nodes plus four times those of the file; and function calls may nest this deep.
 */
const MOST_ADDED = 10_000;
const DEEPEST = 50;

/** Where a graph's nodes are added: one scope, and a list of steps. */
interface Body {
  readonly scope: Scope;
  readonly opset: number;
  readonly steps: Step[];
  readonly depth: number;
}

/** Which nodes read and compute each value of a body, while the body is walked. */
interface Context extends Body {
  readonly readers: ReadonlyMap<string, number>;
  /** By name: the first node that reads the value. */
  readonly consumers: ReadonlyMap<string, NodeMessage>;
  /** By name: the node that computes the value. */
  readonly producers: ReadonlyMap<string, NodeMessage>;
  /** Nodes that an earlier node's layer has already absorbed. */
  readonly done: Set<NodeMessage>;
}

/** Builds the plan of a model, and registers its modules on `root`. */
export class GraphBuilder {
  readonly #graph: GraphMessage;
  readonly #opset: number;
  readonly #functions: Functions;
  readonly #tree: Tree;
  readonly #registry: Registry;
  readonly #containers: ReadonlySet<string>;
  /** Steps that compute derived weights; they run before all others. */
  readonly #prelude: Step[] = [];
  readonly #ranks = new Map<string, number>();
  #slots = 0;
  #nodes = 0;
  /** The path of the layer that uses a weight. */
  readonly #layers = new Map<Tensor, string[]>();
  readonly #mostNodes: number;

  constructor(
    model: ModelMessage,
    root: Module,
    private readonly operators: Operators,
    private readonly half: boolean,
  ) {
    this.#graph = model.graph;
    this.#functions = functionsOf(model.functions);
    // Checked first: an unknown operator is a more helpful error than a missing version.
    checkNames(model.graph);
    checkOperators(model.graph, this.#functions, operators);
    this.#opset = opsetOf(model.opsets, 'the model');
    const own = [model.graph, ...model.functions].reduce((total, { nodes }) => total + nodes.length, 0);
    this.#mostNodes = MOST_ADDED + 4 * own;
    this.#tree = new Tree(root);
    this.#registry = new Registry(root, this.#tree, () => this.#slots++);
    this.#containers = containersOf(model.graph);
    for (const { name, shape } of [...model.graph.values, ...model.graph.outputs]) {
      if (shape) this.#ranks.set(name, shape.length);
    }
  }

  /** The plan; `inputs` are the names that each call gives. */
  build(inputs: readonly { readonly name: string; readonly rank: number | null }[]): Plan {
    const scope = new Scope();
    const slots = inputs.map(({ name, rank }) => this.#bindSlot(scope, name, rank).index);
    const steps: Step[] = [];
    const outputs = this.#walk(this.#graph, { scope, opset: this.#opset, steps, depth: 0 });
    return new Plan(this.#slots, this.#registry.loaded, slots, outputs, [...this.#prelude, ...steps]);
  }

  /** Walks a graph in a scope, and returns where its outputs are. */
  #walk(graph: GraphMessage, body: Body): Source[] {
    const names = graph.outputs.map(({ name }) => name);
    const { live, readers } = liveNodes(graph.nodes, names);
    for (const tensor of graph.initializers) {
      if (readers.has(tensor.name) && !body.scope.has(tensor.name))
        body.scope.set(tensor.name, this.#initializer(tensor));
    }
    this.#nodesOf(live, readers, body);
    return names.map((name) => {
      const known = body.scope.get(name);
      if (known) return this.#sourceOf(known, 'Identity', 0);
      throw new FileFormatError(
        `onnx: expected output '${name}' to be an input, an initializer or the output of a node, but it is none`,
      );
    });
  }

  #nodesOf(live: readonly NodeMessage[], readers: ReadonlyMap<string, number>, body: Body): void {
    if (body.depth > DEEPEST)
      throw new FileFormatError(`onnx: expected functions and graphs nested at most ${DEEPEST} deep`);
    this.#nodes += live.length;
    if (this.#nodes > this.#mostNodes)
      throw new FileFormatError(
        `onnx: expected at most ${this.#mostNodes} nodes once functions are written out, but there are more`,
      );
    const consumers = new Map<string, NodeMessage>();
    for (const node of live) for (const name of node.inputs) if (!consumers.has(name)) consumers.set(name, node);
    const producers = new Map(live.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
    const context: Context = { ...body, readers, consumers, producers, done: new Set() };
    // Constants come first: a layer may absorb nodes that have constants between them.
    for (const node of live) if (this.#isConstant(node, context)) this.#node(node, context);
    for (const node of live) if (!context.done.has(node)) this.#node(node, context);
  }

  #initializer(tensor: TensorMessage): Known {
    return this.#constant(tensor.name, hostArrayOf(tensor, { half: this.half }), false);
  }

  /** Floats may be weights. Integers, and a single number without a name of its own, are constants. */
  #constant(name: string, host: HostArray, isConstant: boolean): Known {
    const single = host.numel <= 1 && (isConstant || isGenerated(name));
    return isFloat(host.dtype) && !single ? new Weight(name, host, null, null, isConstant) : host;
  }

  #bindSlot(scope: Scope, name: string, rank: number | null, shapeOf: Slot | null = null): Slot {
    const slot = new Slot(this.#slots++, rank, shapeOf);
    scope.set(name, slot);
    return slot;
  }

  #known(node: NodeMessage, name: string, scope: Scope): Known | null {
    if (name === '') return null;
    const known = scope.get(name);
    if (known !== undefined) return known;
    return refuse(
      node,
      `expected '${name}' to be an input, an initializer or the output of a node before it; nodes stand in the order in which they run, without cycles`,
    );
  }

  #node(node: NodeMessage, context: Context): void {
    const { scope } = context;
    for (const name of node.outputs) {
      if (name !== '' && scope.has(name))
        refuse(node, `expected its output '${name}' to be new, but there is a value of that name`);
    }
    const called = this.#functions.get(functionKey(node.domain, node.opType));
    if (called) this.#call(node, called, context);
    else if (node.opType === 'Constant') {
      this.#bind(node, [this.#constant(node.outputs[0] ?? '', constantOf(node, { half: this.half }), true)], scope);
    } else {
      const inputs = node.inputs.map((name) => this.#known(node, name, scope));
      if (node.opType === 'If') this.#if(node, inputs, context);
      else if (node.opType === 'Loop') this.#loop(node, inputs, context);
      else this.#operation(node, inputs, context);
    }
  }

  /** Whether a node depends only on constants and weights, so that it is computed now. */
  #isConstant(node: NodeMessage, { scope, opset, done }: Context): boolean {
    const { opType, domain } = node;
    if (controlFlow.has(opType) || this.#functions.has(functionKey(domain, opType))) return false;
    const inputs = node.inputs.map((name) => (name === '' ? null : scope.get(name)));
    if (opType !== 'Constant') {
      if (inputs.some((input) => input === undefined || input instanceof Slot)) return false;
      const given = inputs as readonly (Known | null)[];
      if (!folded({ node, opset, operator: this.operators[operatorKey(node)]!, inputs: given })) return false;
    }
    done.add(node);
    return true;
  }

  /** Turns a node into known numbers, a layer, or a step. */
  #operation(node: NodeMessage, inputs: readonly (Known | null)[], context: Context): void {
    const { scope, opset } = context;
    const operator = this.operators[operatorKey(node)]!;
    const known = folded({ node, opset, operator, inputs });
    const around: Around = {
      nextOf: (before) => this.#next(before, context),
      isRead: (name) => context.readers.has(name),
      producerOf: (name) => context.producers.get(name) ?? null,
    };
    const layer = known ? null : layerRules[operatorKey(node)]?.(new LayerNode(node, opset, inputs, around));
    if (known) this.#bind(node, known, scope);
    else if (layer) this.#layer(node, layer, inputs, context);
    else {
      const sources = inputs.map((input, i) => input && this.#sourceOf(input, node.opType, i));
      const writes = this.#outputs(node, scope, rankAfter(node, inputs), shapeRead(node, inputs));
      context.steps.push(new OperatorStep(node, opset, operator, sources, writes));
    }
  }

  #bind({ outputs }: NodeMessage, known: readonly (Known | null)[], scope: Scope): void {
    outputs.forEach((name, i) => {
      if (name !== '') scope.set(name, known[i] ?? null);
    });
  }

  /** Makes slots for the outputs of a node. */
  #outputs(
    { outputs }: NodeMessage,
    scope: Scope,
    rank: number | null,
    shapeOf: Slot | null = null,
  ): (number | null)[] {
    return outputs.map((name, i) => {
      if (name === '') return null;
      return this.#bindSlot(scope, name, this.#ranks.get(name) ?? (i === 0 ? rank : null), shapeOf).index;
    });
  }

  /** The next node, if it is the only reader of this node's first output. */
  #next({ outputs }: NodeMessage, { readers, consumers, scope }: Context): NextNode | null {
    const [name] = outputs;
    const node = name !== undefined && readers.get(name) === 1 ? consumers.get(name) : undefined;
    if (!node) return null;
    return {
      node,
      known: node.inputs.map((input) => (input === name ? new Slot(-1, null) : (scope.get(input) ?? null))),
    };
  }

  #layer(node: NodeMessage, layer: Layer, inputs: readonly (Known | null)[], context: Context): void {
    const { takes = [], prepare = null, outputs = null, rank = null } = layer;
    const path = this.#place(node, layer);
    const sources = (layer.inputs ?? [0]).map((i) => this.#sourceOf(inputs[i]!, node.opType, i));
    for (const taken of takes) context.done.add(taken);
    const writes = this.#outputs(takes.at(-1) ?? node, context.scope, rank);
    context.steps.push(new LayerStep(node, path, sources, writes, outputs, prepare));
  }

  /** Registers a layer's module. A module that is already there with the same parameters and settings is used again. */
  #place(node: NodeMessage, { module, path }: Layer): string[] {
    const wanted = path ?? pathOfNode(node, (parts) => this.#containers.has(parts.join('.')));
    const again = withoutNumber(wanted);
    const [weight = null] = module.parameters({ recurse: false });
    const known = weight ? (this.#layers.get(weight) ?? null) : again;
    const there = known && this.#tree.moduleAt(known);
    if (there && isSame(there, module)) return known;
    const added = this.#tree.addModule(wanted, module);
    if (weight) this.#layers.set(weight, added);
    return added;
  }

  #sourceOf(known: Known, opType: string, i: number): Source {
    if (known instanceof Slot) return known.index;
    if (known instanceof HostArray) return keepTensor(known);
    if (known.derivation && !known.slot) known.slot = this.#derived(known);
    return this.#registry.sourceOf(known, opType, i);
  }

  /** Adds a step that computes a derived weight at each call, so that the weight it comes from is trained. */
  #derived({ derivation, shape }: Weight): Slot {
    const { node, opset, inputs, output } = derivation!;
    const slot = new Slot(this.#slots++, shape.length);
    const sources = inputs.map((input, i) => input && this.#sourceOf(input, node.opType, i));
    const writes = node.outputs.map((_, i) => (i === output ? slot.index : null));
    this.#prelude.push(new OperatorStep(node, opset, this.operators[operatorKey(node)]!, sources, writes));
    return slot;
  }

  /** Inlines a call of a function. */
  #call(node: NodeMessage, called: FunctionMessage, { scope, opset, steps, depth }: Context): void {
    const inner = new Scope();
    called.inputs.forEach((name, i) => {
      inner.set(name, this.#known(node, node.inputs[i] ?? '', scope));
    });
    const nodes = substituted(called, node);
    const { live, readers } = liveNodes(nodes, called.outputs.slice(0, node.outputs.length));
    const own = called.opsets.some(({ domain }) => domain === '')
      ? opsetOf(called.opsets, `function ${called.name}`)
      : opset;
    this.#nodesOf(live, readers, { scope: inner, opset: own, steps, depth: depth + 1 });
    node.outputs.forEach((name, i) => {
      if (name === '') return;
      const known = inner.get(called.outputs[i] ?? '');
      if (known === undefined) refuse(node, `expected its function to give output ${i}, but no node of it does`);
      scope.set(name, known ?? null);
    });
  }

  /** Walks a graph inside a node, in a scope of its own. */
  #sub(graph: GraphMessage, scope: Scope, { opset, depth }: Context): SubPlan {
    const steps: Step[] = [];
    return { outputs: this.#walk(graph, { scope, opset, steps, depth: depth + 1 }), steps };
  }

  #if(node: NodeMessage, inputs: readonly (Known | null)[], context: Context): void {
    const [condition] = inputs;
    const [then, otherwise] = [graphOf(node, 'then_branch'), graphOf(node, 'else_branch')];
    if (condition instanceof HostArray && condition.numel === 1) {
      const graph = condition.data[0] !== 0 ? then : otherwise;
      const scope = new Scope(context.scope);
      this.#walk(graph, { ...context, scope, depth: context.depth + 1 });
      const known = graph.outputs.map(({ name }) => scope.get(name) ?? null);
      this.#bind(node, known, context.scope);
    } else {
      const source = condition ? this.#sourceOf(condition, 'If', 0) : refuse(node, 'expected a condition');
      const branches = {
        holding: this.#sub(then, new Scope(context.scope), context),
        failing: this.#sub(otherwise, new Scope(context.scope), context),
      };
      context.steps.push(new IfStep(node, source, branches, this.#outputs(node, context.scope, null)));
    }
  }

  #loop(node: NodeMessage, inputs: readonly (Known | null)[], context: Context): void {
    const graph = graphOf(node, 'body');
    const [round, condition, ...carried] = graph.inputs.map(({ name }) => name);
    if (round === undefined || condition === undefined || carried.length !== Math.max(0, inputs.length - 2)) {
      const wanted = Math.max(2, inputs.length);
      throw refuse(node, `expected a body of ${wanted} inputs, but got one of ${graph.inputs.length}`);
    }
    const scope = new Scope(context.scope);
    const slots = {
      round: this.#bindSlot(scope, round, 0).index,
      condition: this.#bindSlot(scope, condition, 0).index,
      carried: carried.map((name) => this.#bindSlot(scope, name, null).index),
    };
    const body = this.#sub(graph, scope, context);
    const sources = [0, 1, ...carried.map((_, i) => i + 2)].map((i) => {
      const input = inputs[i] ?? null;
      return input && this.#sourceOf(input, 'Loop', i);
    });
    context.steps.push(new LoopStep(node, sources, body, slots, this.#outputs(node, context.scope, null)));
  }
}

/** The value whose whole shape a node gives; null for other nodes. */
function shapeRead({ opType, attributes }: NodeMessage, [input]: readonly (Known | null)[]): Slot | null {
  return opType === 'Shape' && attributes.length === 0 && input instanceof Slot ? input : null;
}

/** The graph in an attribute. */
function graphOf(node: NodeMessage, name: string): GraphMessage {
  const attribute: AttributeMessage | undefined = node.attributes.find((each) => each.name === name);
  return attribute?.g ?? refuse(node, `expected attribute '${name}', a graph`);
}

/** A path without the number that exporters append at the second use of a module. */
const withoutNumber = (path: readonly string[]): string[] => [...path.slice(0, -1), path.at(-1)!.replace(/_\d+$/, '')];

/** Whether two modules compute the same: equal class and settings, the same parameters, and no buffers. */
function isSame(a: Module, b: Module): boolean {
  if (a.constructor !== b.constructor || a.extraRepr() !== b.extraRepr() || b.buffers().length > 0) return false;
  const [mine, other] = [a.namedParameters(), b.namedParameters()];
  return mine.length === other.length && mine.every(([, parameter], i) => parameter === other[i]![1]);
}
