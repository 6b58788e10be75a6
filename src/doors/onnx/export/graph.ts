// From traces to the graph of a file: each recorded node is written by its translator, and weights keep their names.
import { ArgumentError, type DType, type Shape, Tensor } from '../../../torch';
import {
  elementsAsBytes,
  fromHalf,
  identity,
  type Node,
  numelOf as numel,
  placeOf,
  sameAttrs,
  type Value,
  valuesAtHand,
} from '../../../torch/inside';
import type { LateBytes } from '../proto/encode';
import type { GraphMessage } from '../proto/messages';
import { Builder, valueMessage, type Wire } from './builder';
import { numbered, sized, translators } from './operators';
import { nodeTitle, readsOf } from './reads';
import { repeatedOnce } from './repeated';
import { type Context, type Gates, Site, type Size } from './site';
import type { Trace } from './trace';

const OP = 'onnx.export';

/** A dynamic dimension: its name, and its size in each trace. */
export interface OpenDim {
  readonly name: string;
  readonly input: number;
  readonly dim: number;
  readonly size: Size;
}

export interface GraphOptions {
  readonly name: string;
  readonly opset: number;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly open: readonly OpenDim[];
  /** The names that the user gave to dimensions of outputs. */
  readonly outputDims: Readonly<Record<string, Readonly<Record<number, string>>>>;
}

type HostData = NonNullable<Value['host']>;

/** The graph of a file. The first trace gives the operations; the others show which numbers depend on dynamic sizes. */
export function graphOf(traces: readonly Trace[], options: GraphOptions): GraphMessage {
  return new Exported(traces, options).graph();
}

class Exported implements Context {
  readonly builder: Builder;
  readonly traces: number;
  readonly open: Context['open'];
  readonly ends: Context['ends'] = new Map();
  readonly dims: Context['dims'] = new Map();
  readonly #first: Trace;
  readonly #wires = new Map<Value, Wire>();
  /** For each other trace: the values that correspond to those of the first trace. */
  readonly #twins: readonly ReadonlyMap<Value, Value>[];
  readonly #uses = new Map<Value, number>();
  readonly #stateNames = new Map<string, Value>();
  readonly #gated = new Map<string, Wire>();

  constructor(
    private readonly all: readonly Trace[],
    private readonly options: GraphOptions,
  ) {
    [this.#first] = all as [Trace];
    this.traces = all.length;
    this.builder = new Builder(options.opset);
    this.#twins = all.map((trace) => matched(this.#first, trace));
    this.open = options.open.map(({ input, dim, size }) => ({ value: this.#first.inputs[input]!, dim, size }));
    for (const node of this.#first.nodes) for (const value of readsOf(node)) this.#count(value);
    for (const { value } of this.#first.outputs) this.#count(value);
    for (const [value, { name }] of this.#first.state) this.#stateNames.set(name, value);
  }

  graph(): GraphMessage {
    const { nodes, inputs, outputs } = this.#first;
    const { inputNames, outputNames } = this.options;
    for (const [i, value] of inputs.entries()) this.#wires.set(value, this.builder.input(inputNames[i]!, value.dtype));
    for (const [n, node] of nodes.entries()) {
      this.#translate(
        node,
        this.all.map((trace) => trace.nodes[n]!),
      );
    }
    this.builder.place = '';
    const results = outputs.map(({ value }, i) => this.builder.output(this.wire(value), outputNames[i]!));
    const taken = [...inputNames, ...outputNames];
    return {
      name: this.options.name,
      ...this.builder.finish(results, taken),
      inputs: inputs.map((value, i) =>
        valueMessage(
          inputNames[i]!,
          value.dtype,
          value.shape.map((size, d) => this.#inputDim(i, d) ?? size),
        ),
      ),
      outputs: outputs.map(({ value }, i) =>
        valueMessage(outputNames[i]!, value.dtype, this.#outputDims(value, outputNames[i]!)),
      ),
      values: [],
    };
  }

  wire(value: Value): Wire {
    const known = this.#wires.get(value);
    if (known) return known;
    const wire = this.#leaf(value);
    this.#wires.set(value, wire);
    return wire;
  }

  twin(value: Value, trace: number): Value {
    return this.#twins[trace]!.get(value) ?? value;
  }

  named(name: string): { wire: Wire; shape: Shape } | null {
    const value = this.#stateNames.get(name);
    return value ? { wire: this.wire(value), shape: value.shape } : null;
  }

  nameOf(value: Value): string | null {
    return this.#first.state.get(value)?.name ?? null;
  }

  isMade(value: Value): boolean {
    return this.#wires.has(value) && !this.#first.state.has(value) && !this.#first.constants.has(value);
  }

  uses(value: Value): number {
    return this.#uses.get(value) ?? 0;
  }

  placeOf(node: Node): string {
    const place = placeOf(node);
    return place === this.options.name ? '' : place;
  }

  rows(site: Site, value: Value, { order, size, suffix }: Gates): Wire {
    const shape = [1, ...value.shape];
    const state = this.#first.state.get(value);
    if (!state) {
      const rows = order.flatMap((gate) => Array.from({ length: size }, (_, i) => gate * size + i));
      const turned =
        order.length === 1
          ? site.wire(value)
          : site.op('Gather', [site.wire(value), site.builder.ints(rows)], { axis: 0 });
      return site.op('Unsqueeze', [turned, site.builder.ints([0])]);
    }
    const name = `${state.name}/${suffix}`;
    const known = this.#gated.get(name);
    if (known) return known;
    const whole = bytesOf(state.tensor);
    const pitch = whole.byteLength / order.length;
    const content: LateBytes = {
      byteLength: whole.byteLength,
      async read() {
        const from = await whole.read();
        const to = new Uint8Array(from.byteLength);
        for (const [i, gate] of order.entries()) to.set(from.subarray(gate * pitch, (gate + 1) * pitch), i * pitch);
        return to;
      },
    };
    const wire = this.builder.weight(name, value.dtype, shape, content);
    this.#gated.set(name, wire);
    return wire;
  }

  #count(value: Value): void {
    this.#uses.set(value, this.uses(value) + 1);
  }

  #translate(node: Node, twins: readonly Node[]): void {
    const place = this.placeOf(node);
    this.builder.place = place;
    const translator = translators[node.op.name];
    const site = new Site(node, twins, this);
    if (!translator) throw site.fail('has no form in ONNX');
    if (!sized.has(node.op.name) && !twins.every(({ attrs }) => sameAttrs(attrs, node.attrs)))
      site.fail('depends on dynamic sizes through its attributes, which a file stores as fixed numbers');
    if (
      !numbered.has(node.op.name) &&
      twins.some(({ scalars }) => scalars.some((s, i) => !Object.is(s, node.scalars[i])))
    )
      site.fail('depends on dynamic sizes through its scalar arguments');
    const result = translator(site);
    const wires = Array.isArray(result) ? (result as readonly (Wire | null)[]) : [result as Wire];
    node.outputs.forEach((value, i) => {
      const wire = wires[i];
      if (wire) this.#wires.set(value, wire);
    });
  }

  /** A weight or a constant: a value that no node of the trace computes. */
  #leaf(value: Value): Wire {
    const state = this.#first.state.get(value);
    if (state) return this.builder.weight(state.name, value.dtype, value.shape, bytesOf(state.tensor));
    if (value.node && !this.#first.constants.has(value)) {
      throw new ArgumentError(
        `${OP}: expected output ${value.index} of ${nodeTitle(value.node, this.placeOf(value.node))} to go unread, since ONNX gives none`,
      );
    }
    const twins = this.#twins.map((twin) => twin.get(value) ?? value);
    if (twins.every((twin) => twin === value)) return this.#constant(value);
    const hosts = twins.map(({ host }) => host);
    if (hosts.every((host) => host !== null)) {
      const [first] = hosts as [HostData];
      const alike = hosts.every(
        (host) => host!.length === first.length && host!.every((n, i) => Object.is(n, first[i])),
      );
      if (alike && twins.every(({ shape }) => shape.join() === value.shape.join())) return this.#constant(value);
      const sized = this.#range(value, twins, hosts as HostData[]) ?? this.#repeated(value, twins, hosts as HostData[]);
      if (sized) return sized;
    }
    throw new ArgumentError(
      `${OP}: a tensor of shape [${value.shape.join(', ')}] that the model makes from numbers depends on dynamic sizes, and is not a range of numbers; ` +
        'make it from tensors, or leave these sizes out of dynamicAxes',
    );
  }

  /** Equally spaced numbers whose count is a dynamic size (an arange). */
  #range(value: Value, twins: readonly Value[], hosts: readonly HostData[]): Wire | null {
    const data = hosts.find((host) => host.length > 1);
    if (value.dtype !== 'int64' && value.dtype !== 'float32') return null;
    if (!data || value.shape.length === 0 || numel(value.shape) !== Math.max(...value.shape)) return null;
    const [start, step] = [data[0]!, data[1]! - data[0]!];
    if (step === 0 || !hosts.every((host) => host.every((n, i) => n === start + i * step))) return null;
    const length = this.#anySite().findSize(twins.map(({ numel }) => numel));
    if (!length) return null;
    const { builder } = this;
    const count = builder.op('Squeeze', [length, builder.ints([0])]);
    const places = builder.op('Range', [builder.scalar(0, 'int64'), count, builder.scalar(1, 'int64')]);
    const wide = builder.cast(places, value.dtype);
    const stepped = step === 1 ? wide : builder.op('Mul', [wide, builder.scalar(step, value.dtype)]);
    const list = start === 0 ? stepped : builder.op('Add', [stepped, builder.scalar(start, value.dtype)]);
    if (value.shape.length === 1) return list;
    return builder.op('Reshape', [
      list,
      builder.ints(value.shape.map((size) => (size === numel(value.shape) ? -1 : 1))),
    ]);
  }

  /** Numbers that are constant along each dynamic dimension. */
  #repeated(value: Value, twins: readonly Value[], hosts: readonly HostData[]): Wire | null {
    const isHalf = hosts[0] instanceof Uint16Array;
    const once = repeatedOnce(twins.map(({ shape }, t) => ({ shape, data: hosts[t]! })));
    if (!once) return null;
    const numbers = Array.from(once.data, (number) => (isHalf ? fromHalf(number) : number));
    const sizes = value.shape.map((_, d) => twins.map(({ shape }) => shape[d]!));
    return this.#anySite().expand(this.builder.constant(value.dtype, once.shape, numbers), sizes);
  }

  /** A site for values that belong to no node. */
  #anySite(): Site {
    return new Site(
      this.#first.nodes[0]!,
      this.all.map(({ nodes }) => nodes[0]!),
      this,
    );
  }

  #constant(value: Value): Wire {
    const { host, dtype, shape } = value;
    if (host && numel(shape) <= host.length) {
      const numbers = host instanceof Uint16Array ? Array.from(host, fromHalf) : host;
      return this.builder.constant(dtype, shape, numbers);
    }
    const content: LateBytes = {
      byteLength: numel(shape) * bytesOfOne(dtype),
      read: () => bytesOf(Tensor.of(identity(value))).read(),
    };
    return this.builder.weight(`constant_${this.#wires.size}`, dtype, shape, content);
  }

  #inputDim(input: number, dim: number): string | null {
    return this.options.open.find((each) => each.input === input && each.dim === dim)?.name ?? null;
  }

  #outputDims(value: Value, name: string): (number | string)[] {
    return value.shape.map((first, d) => {
      const size = this.all.map((_, t) => this.twin(value, t).shape[d]!);
      if (size.every((n) => n === first)) return first;
      const same = this.options.open.find((each) => each.size.every((n, t) => n === size[t]));
      return this.options.outputDims[name]?.[d] ?? same?.name ?? `${name}_dim_${d}`;
    });
  }
}

/** How many bytes an element of a dtype takes in the file. */
const bytesOfOne = (dtype: DType): number => elementsAsBytes(dtype, [0]).length;

/** The bytes of a tensor, read only when the file is written. */
const bytesOf = (tensor: Tensor): LateBytes => ({
  byteLength: tensor.numel() * bytesOfOne(tensor.dtype),
  read: async () => elementsAsBytes(tensor.dtype, valuesAtHand(tensor) ?? (await tensor.data())),
});

/** Maps each value of the first trace to the corresponding value of the other trace. */
function matched(first: Trace, other: Trace): ReadonlyMap<Value, Value> {
  const twins = new Map<Value, Value>();
  if (other === first) return twins;
  for (const [i, value] of first.inputs.entries()) twins.set(value, other.inputs[i]!);
  for (const [n, node] of first.nodes.entries()) {
    const twin = other.nodes[n];
    if (!twin || twin.op.name !== node.op.name || twin.inputs.length !== node.inputs.length) throw differs(node);
    const [own, others] = [readsOf(node), readsOf(twin)];
    for (const [i, value] of own.entries()) {
      const known = twins.get(value);
      const isMade = value.node && !first.constants.has(value) && !first.state.has(value);
      if (known ? known !== others[i] : isMade) throw differs(node);
      if (!known) twins.set(value, others[i]!);
    }
    for (const [i, value] of node.outputs.entries()) twins.set(value, twin.outputs[i]!);
  }
  if (other.nodes.length !== first.nodes.length || other.outputs.length !== first.outputs.length) throw differs(null);
  return twins;
}

function differs(node: Node | null): ArgumentError {
  const where = node ? `: see ${nodeTitle(node, placeOf(node))}` : '';
  return new ArgumentError(
    `${OP}: the model does other operations at other sizes${where}; leave these sizes out of dynamicAxes`,
  );
}
