// Values and the nodes that produce them. They form the recorded graph, which flushes run and autograd walks.
import { type HostData, hostDataOf, type LateData, pending, type State } from '../compiler/contents';
import type { KernelOp, StridedView } from '../compiler/ir';
import { type DType, isFloat, type Meta, numel, type Shape } from '../core/meta';
import type { FaultSources } from '../gpu/fault-slots';
import type { Allocation } from '../gpu/memory';
import type { GrowthRule } from '../growth/rules';
import type { Ask } from './ask';
import { nobody, type Owners } from './owners';
import type { InternedMeta } from './signature';

export { type HostData, type HostNumbers, LateData } from '../compiler/contents';

/** Called with the gradient of a value when backward reaches it; may replace the gradient, or ask for a call that does. */
export type GradHook = (gradient: Value) => Value | undefined | Ask<Value | undefined>;

/** Counts the in-place writes to memory that tensors share. */
export interface WriteCounter {
  readonly changes: number;
  /** Those of `changes` that gradients are told of: PyTorch tells them of none through `x.data`. */
  readonly toldChanges: number;
  /** What the memory holds, if gradients were not told of the last change; otherwise null. */
  readonly contents: Value | null;
}

/** Memory that tensors share, and its count of writes when it last held a value. */
interface Place {
  readonly counter: WriteCounter;
  readonly changes: number;
  readonly toldChanges: number;
}

/** Where a leaf's gradient goes; implemented by the tensor layer. */
export interface GradSink {
  /**
   * Hooks for the gradient of the leaf. They are stored here rather than on its value, because an in-place write gives
   * the leaf a new value.
   */
  readonly gradHooks: readonly GradHook[] | null;
  /** Adds a gradient; asks for the calls of those who listen to it. */
  accumulate(gradient: Value): undefined | Ask<undefined>;
}

/**
 * The definition of an operation: shape rule and errors (`infer`), kernel (`lower`), gradient (`vjp`). The functions in
 * src/engine/ops that use a definition are thin: they collect attributes and call `record`. Each member has an entry in
 * the glossary of README.md in this folder.
 */
export interface Op<A = unknown> extends KernelOp<A> {
  /** Name of the gradient function in printed tensors, such as `MulBackward0`. Default: derived from `name`. */
  readonly gradName?: string;
  /**
   * Checks the inputs and infers the outputs. Pure, and needs no device. @throws ShapeError, DTypeError or
   * ArgumentError
   */
  infer(inputs: readonly Meta[], attrs: A): readonly Meta[];
  /**
   * Records the gradients of the inputs, given the gradients of the outputs: `dys[i]` is undefined if output i received
   * none. Returns one entry for each input; null means that the input has no gradient. A gradient may have the shape
   * that the input was broadcast to, since the engine sums it back. `needs[i]` says whether the gradient of input i is
   * wanted.
   */
  vjp?(
    dys: readonly (Value | undefined)[],
    node: GradContext<A>,
  ): readonly (Value | null)[] | Ask<readonly (Value | null)[]>;
  /** Inputs and outputs whose values `vjp` reads; default: all inputs, no outputs. */
  readonly saves?: { readonly inputs?: readonly number[]; readonly outputs?: readonly number[] };
  /** `vjp` reads saved values through `read`. Without this flag, all values that `saves` names count as read. */
  readonly readsSaved?: boolean;
  /**
   * Accepts float16 inputs directly. Other ops get float32 copies, and their float32 results are rounded: see
   * record.ts.
   */
  readonly takesHalf?: boolean;
  /**
   * The output shares the memory of input 0, the only input that a run reads: a write to one is a write to the other. If
   * input 0 has contents, the node's position in the sequence does not change the program: see `inSequence`.
   */
  readonly views?: boolean;
  /** Element i of the result depends only on element i of each input, after broadcasting. */
  readonly elementwise?: boolean;
  /**
   * A tensor's value may be made again rather than stored, unless it is read back or a gradient reads it: see remake.ts.
   * `true`: until a later flush reads it, since making it takes about as long as reading and writing the elements, as
   * pointwise operations, operations on rows and copies do. The others are made again each time, whatever that costs:
   * `'always'` a constant, or rows that are picked from a data set; `'batch'` a batch of a data set, which no later step
   * needs; `'joined'` a batch of items that a user has made, unless the items take far more memory than the batch.
   */
  readonly remakes?: true | 'always' | 'batch' | 'joined';
  /**
   * Dynamic scalar 0 is the index of the element of input 0 at which the result begins. If the same program computes
   * input 0, this offset is part of the program's structure instead, and `lower` finds it in the attributes as
   * `offset`.
   */
  readonly placed?: boolean;
  /**
   * If output 0 is a run of consecutive elements of input 0: the index of the run's first element. Otherwise undefined.
   */
  run?(node: RunContext<A>): number | undefined;
  /**
   * If output 0 contains every element of a strided view of input 0 exactly once: that view, which the gradient is
   * written to. Otherwise null.
   */
  shows?(node: RunContext<A>): StridedView | null;
  /** The result has the same bits as input 0, in the same order. */
  readonly sameBits?: true;
  /** Every element of the result equals dynamic scalar 0. */
  readonly constant?: true;
  /** Whether output 0 is the concatenation, in memory, of the inputs that the kernels read. */
  joins?(node: Pick<GradContext<A>, 'attrs' | 'outputs'>): boolean;
  /**
   * The rule in src/engine/growth/rules.ts that records the op on padded values, so that one plan serves every size.
   * Padding elements have arbitrary values, in inputs and in outputs. Elementwise ops need no rule.
   */
  readonly growth?: GrowthRule;
}

/** A node to record again on padded values, which have extra elements after the real ones. */
export interface Roomy<A> {
  readonly op: Op<A>;
  /** The inputs that a run reads, padded. */
  readonly inputs: readonly Value[];
  readonly attrs: A;
  readonly scalars: readonly number[];
  /** For each input, the shape of its real elements; the padded shape may be larger. */
  readonly counts: readonly Shape[];
  /** For each output, its padded shape. */
  readonly shapes: readonly Shape[];
  /** For each output, the shape of its real elements. */
  readonly results: readonly Shape[];
}

type RunContext<A> = Pick<GradContext<A>, 'attrs' | 'scalars'>;

/** The name of the gradient function of a recorded value in printed tensors, such as `MulBackward0`. */
export function gradNameOf({ node }: Pick<Value, 'node'>): string {
  const { gradName, op } = node!;
  return gradName ?? op.gradName ?? `${op.name[0]!.toUpperCase()}${op.name.slice(1)}Backward0`;
}

/** The part of a recorded node that its gradient function receives. */
export interface GradContext<A> {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attrs: A;
  readonly scalars: readonly number[];
  readonly needs: readonly boolean[];
  /**
   * Returns a value for the gradient to read. @throws AutogradError if an in-place write has changed its contents since
   * it was saved
   */
  readonly read: (value: Value) => Value;
}

let nextId = 1;
let lastMark = 0;

/** A new mark. A walk marks the values that it has seen, which is cheaper than keeping them in a set. */
export const newMark = (): number => ++lastMark;

/** The id of the latest node. Nodes recorded later have higher ids. */
export const lastNodeId = (): number => nextId - 1;

const none: readonly never[] = [];
const makerOf = (x: Value): Node | null => (x.requiresGrad && !x.sink ? x.maker : null);

/**
 * One execution of an op. Immutable, except that its edges are cut once nothing can need them, and that hooks of the
 * node are a gradient of its own: see torch/autograd/node-hooks.ts.
 */
export class Node {
  readonly id = nextId++;
  readonly outputs: readonly Value[];
  /** The edges were dropped, because the outputs have contents and never need to be made again. */
  bare = false;
  /** Its gradient was computed without `retainGraph`, so a second backward through it is an error. */
  spent = false;
  /**
   * The values that a flush has stored for its gradient; null until a flush has arranged to keep what the gradients of
   * this node, and of all nodes before it, will read. See owners.ts.
   */
  saved: readonly Value[] | null = null;
  /** The name of its gradient function in printed tensors, if several ops make what is one function in PyTorch. */
  gradName: string | null = null;
  /** The mark of the latest walk that met this node. */
  mark = 0;
  /** The inputs that a run reads. */
  reads: readonly Value[];
  /**
   * For each input, the node that its gradient is propagated to. Kept here, because a stored value may drop its node.
   */
  makers: readonly (Node | null)[];
  /** If this node is a bare copy: the original node with edges. See edges.ts. */
  original: WeakRef<Node> | null = null;
  /** Keeps this node alive for a tensor whose value has dropped it, until the node's gradient has been computed. */
  keeper: { node: Node | null } | null = null;

  constructor(
    public op: Op,
    public inputs: readonly Value[],
    readonly attrs: unknown,
    readonly scalars: readonly number[],
    readonly signature: number,
    metas: readonly InternedMeta[],
    readonly requiresGrad: boolean,
    /** Whether flushes keep the values that the gradient needs; otherwise backward computes them again. */
    readonly keepsSaved: boolean,
  ) {
    this.reads = op.views && inputs.length > 1 ? inputs.slice(0, 1) : inputs;
    this.makers = requiresGrad ? inputs.map(makerOf) : none;
    const outputs: Value[] = [];
    for (let i = 0; i < metas.length; i++) outputs.push(new Value(metas[i]!, this, i));
    this.outputs = outputs;
    if (op.views) outputs[0]!.liesIn(inputs[0]!);
  }
}

/** One output of a node, or data from the host. Its contents never change; in-place writes make new values. */
export class Value implements Meta {
  readonly shape: Shape;
  readonly dtype: DType;
  /** The number that identifies the shape and dtype: see signature.ts. */
  readonly metaId: number;
  /** Where the contents are. Only functions of compiler/contents.ts change this field. */
  state: State = pending;
  /** Who needs the contents. Only functions of owners.ts change this field and what it holds. */
  owners: Readonly<Owners> = nobody;
  /** Where to report bad data that the contents depend on. */
  faults: FaultSources = null;
  /** Set on leaves by `endAt`: backward stops here and hands the gradient to the sink. */
  sink: GradSink | null = null;
  /** The memory of the storage that has, or had, this value. Null if no storage ever had it. */
  memory: Place | null = null;
  /** The id of the latest node at the time when a flush last read the contents; 0 if no flush has read them. */
  used = 0;
  /** The number that the latest program with this value gave it. Later programs give greater numbers: see program.ts. */
  number = 0;

  constructor(
    meta: InternedMeta,
    /** The node that made this value, or a copy of it without edges: see edges.ts. Null for data from the host. */
    public node: Node | null,
    readonly index: number,
  ) {
    this.shape = meta.shape;
    this.dtype = meta.dtype;
    this.metaId = meta.id;
  }

  /** The node through which the gradient is propagated: the original with its edges, if it still exists. */
  get maker(): Node | null {
    return this.node?.original?.deref() ?? this.node;
  }

  /** The GPU memory of the contents; null if they are not on the GPU. */
  get allocation(): Allocation | null {
    return this.state.memory;
  }

  /** The contents on the host, which may not be computed yet; null if they are not on the host. */
  get contents(): HostData | LateData | null {
    return this.state.kind === 'onHost' ? this.state.data : null;
  }

  /** The contents on the host, computed now if they were not computed yet; null if they are not on the host. */
  get host(): HostData | null {
    return hostDataOf(this);
  }

  /** The reason why the contents are gone for good; null if they are not gone. */
  get gone(): string | null {
    return this.state.kind === 'gone' ? this.state.why : null;
  }

  /** The error of the run that should have computed this value. */
  get failure(): Error | null {
    return this.state.kind === 'failed' ? this.state.error : null;
  }

  /** Whether the value is or was stored for gradients, later parts or held-back work alone. It can be made again. */
  get lent(): boolean {
    const { hold } = this.owners;
    return hold === 'lent' || hold === 'returned';
  }

  /** Whether recipes are made from this value: it keeps its contents when an in-place write replaces it. */
  get hasRecipes(): boolean {
    return this.owners.recipes !== null;
  }

  /** Whether an earlier flush has left this value as a recipe that the next flush that reads it stores. */
  get storedWhenRead(): boolean {
    return this.owners.hold === 'shown' && this.state.kind === 'pending' && typeof this.node?.op.remakes !== 'string';
  }

  get requiresGrad(): boolean {
    // Integer outputs of a node that also has float outputs, such as the indices of a maximum, have no gradient.
    return this.sink !== null || ((this.node?.requiresGrad ?? false) && isFloat(this.dtype));
  }

  /**
   * Whether the value has contents, or needs no more recording to get them: computed, scheduled, waiting on the host,
   * or failed.
   */
  get available(): boolean {
    const { kind } = this.state;
    return kind !== 'pending' && kind !== 'gone' && this.owners.hold !== 'returned';
  }

  /** Whether the contents were lost when a GPU device was lost. */
  get isLost(): boolean {
    const { kind, memory } = this.state;
    return kind !== 'onHost' && memory !== null && memory.memory.isRetired;
  }

  /** Makes this value a leaf, whose gradient goes to `sink`. */
  endAt(sink: GradSink): this {
    this.sink = sink;
    return this;
  }

  /** Notes that this value is now the contents of a storage; `counter` counts the writes to that storage. */
  inMemory(counter: WriteCounter): void {
    const { changes, toldChanges } = counter;
    this.memory = { counter, changes, toldChanges };
  }

  /** Notes that this value shares the memory of another, as a view does: a write to either is a write to both. */
  liesIn(other: Value): void {
    this.memory = other.memory;
  }

  /** Whether the memory has been written to since it held this value. */
  get changed(): boolean {
    return this.memory !== null && this.memory.counter.changes !== this.memory.changes;
  }

  /** Whether gradients are told of one of these writes. */
  get changedOpenly(): boolean {
    return this.memory !== null && this.memory.counter.toldChanges !== this.memory.toldChanges;
  }

  get numel(): number {
    return numel(this.shape);
  }
}
