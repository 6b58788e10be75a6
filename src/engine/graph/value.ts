// Values and the nodes that produce them: the recorded graph, which is both what runs and what autograd walks.
import { type HostData, LateData, pending, type State } from '../compiler/contents';
import type { KernelOp, StridedView } from '../compiler/ir';
import { type DType, isFloat, type Meta, numel, type Shape } from '../core/meta';
import type { FaultSources } from '../gpu/fault-slots';
import type { Allocation } from '../gpu/memory';
import type { InternedMeta } from './signature';

export { type HostData, type HostNumbers, LateData } from '../compiler/contents';

/** Called with the gradient of a value when backward reaches it; may replace the gradient. */
export type GradHook = (gradient: Value) => Value | undefined;

/** Counts the in-place writes to memory that tensors share. */
export interface WriteCounter {
  readonly changes: number;
}

/** Where a leaf's gradient goes; implemented by the tensor layer. */
export interface GradSink {
  /**
   * Hooks for the gradient of the leaf. They are not on its value, because an in-place write gives the leaf another
   * value.
   */
  readonly gradHooks: readonly GradHook[] | null;
  accumulate(gradient: Value): void;
}

/**
 * The definition of an operation: shape rule and errors (`infer`), kernel (`lower`), gradient (`vjp`). The functions in
 * src/engine/ops that use a definition are thin: they gather attributes and call `record`. Each member has an entry in
 * the glossary of README.md in this folder.
 */
export interface Op<A = unknown> extends KernelOp<A> {
  /** Name of the gradient function in printed tensors, such as `MulBackward0`. Default: made from `name`. */
  readonly gradName?: string;
  /**
   * Checks the inputs and infers the outputs. Pure, and needs no device. @throws ShapeError, DTypeError or
   * ArgumentError
   */
  infer(inputs: readonly Meta[], attrs: A): readonly Meta[];
  /**
   * Records the gradients of the inputs from those of the outputs: `dys[i]` is undefined if output i received none.
   * Returns one entry for each input; null means that the input has no gradient. A gradient may have the shape that the
   * input was broadcast to, since the engine sums it back. `needs[i]` tells whether the gradient of input i is wanted.
   */
  vjp?(dys: readonly (Value | undefined)[], node: GradContext<A>): readonly (Value | null)[];
  /** Inputs and outputs whose values `vjp` reads; default: all inputs, no outputs. */
  readonly saves?: { readonly inputs?: readonly number[]; readonly outputs?: readonly number[] };
  /** `vjp` reads saved values through `read`. Without this flag, all values that `saves` names count as read. */
  readonly readsSaved?: boolean;
  /**
   * Takes float16 inputs as they are. Other ops get float32 copies, and their float32 results are rounded: see
   * record.ts.
   */
  readonly takesHalf?: boolean;
  /** Inputs 0 and 1 are factors of a product: each one's value is read only for the gradient of the other. */
  readonly factors?: boolean;
  /** The output is the same memory as input 0: a write to one is a write to the other. */
  readonly views?: boolean;
  /**
   * The output is an alias of input 0. The place of the node in the sequence is no part of a program: see `inSequence`.
   */
  readonly isName?: boolean;
  /** How many inputs, from the first on, a run reads. Gradients alone pass to the other inputs. Default: all. */
  readonly reads?: number;
  /**
   * The result costs so little to make from its inputs that it is made again rather than kept. `'batch'`: the result is
   * made again at any cost, because it is a batch of a data set, which no later step needs. `'joined'`: the same for a
   * batch of items that a user has made, unless the items take far more memory than the batch.
   */
  readonly cheap?: boolean | 'joined' | 'batch';
  /** Element i of the result is made from elements i of the inputs, which broadcast. */
  readonly elementwise?: boolean;
  /**
   * Takes about as long as reading and writing the elements, as pointwise operations, operations on rows and copies do.
   * Its results may be made again rather than kept: see remake.ts.
   */
  readonly remakes?: boolean;
  /**
   * Dynamic scalar 0 is the element of input 0 at which the result begins. If the same program computes input 0, this
   * offset is part of the program's structure nevertheless, and `lower` finds it in the attributes as `offset`.
   */
  readonly placed?: boolean;
  /** If output 0 is a run of consecutive elements of input 0: the element at which the run begins. Else undefined. */
  run?(node: RunContext<A>): number | undefined;
  /**
   * If output 0 shows every element of a strided view of input 0 exactly once: that view, to whose elements the
   * gradient belongs. Else null.
   */
  shows?(node: RunContext<A>): StridedView | null;
  /** The result has the same bits as input 0, in the same order. */
  readonly sameBits?: true;
  /** Every element of the result equals dynamic scalar 0. */
  readonly constant?: true;
  /** Whether output 0 is the concatenation, in memory, of those inputs that the kernels read. */
  joins?(node: Pick<GradContext<A>, 'attrs' | 'outputs'>): boolean;
  /**
   * The rule of src/engine/growth/rules.ts by which the op is recorded on padded values, so that one plan serves every
   * size. Elements of the padding are arbitrary, in inputs and in outputs. Elementwise ops need no rule.
   */
  readonly growth?: GrowthRule;
}

/** The rules by which ops are recorded again on padded values. */
export type GrowthRule =
  | 'affineGrad'
  | 'again'
  | 'assembled'
  | 'contents'
  | 'crossEntropy'
  | 'crossEntropyGrad'
  | 'extremum'
  | 'flipped'
  | 'gathered'
  | 'indices'
  | 'joined'
  | 'labelled'
  | 'moments'
  | 'normalised'
  | 'normalisedGrad'
  | 'product'
  | 'reduced'
  | 'reshaped'
  | 'rowProduct'
  | 'rows'
  | 'scanned'
  | 'scattered'
  | 'scatterSum'
  | 'selected'
  | 'shaped'
  | 'softmax'
  | 'sorted'
  | 'viewed'
  | 'wrapped';

/** A node to be recorded again on padded values: values with more elements than the real ones. */
export interface Roomy<A> {
  readonly op: Op<A>;
  /** The padded inputs, of those that a run reads. */
  readonly inputs: readonly Value[];
  readonly attrs: A;
  readonly scalars: readonly number[];
  /** For each input, the shape of its real elements; the padded shape may be greater. */
  readonly counts: readonly Shape[];
  /** For each output, its padded shape. */
  readonly shapes: readonly Shape[];
  /** For each output, the shape of its real elements. */
  readonly results: readonly Shape[];
}

type RunContext<A> = Pick<GradContext<A>, 'attrs' | 'scalars'>;

/** The name of an op's gradient function in printed tensors. */
export const gradNameOf = ({ gradName, name }: Op): string =>
  gradName ?? `${name[0]!.toUpperCase()}${name.slice(1)}Backward0`;

/** A recorded node as its gradient sees it. */
export interface GradContext<A> {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attrs: A;
  readonly scalars: readonly number[];
  readonly needs: readonly boolean[];
  /**
   * Returns a value that the gradient reads; throws AutogradError if an in-place write has changed its contents since.
   */
  readonly read: (value: Value) => Value;
}

let nextId = 1;
let lastMark = 0;

/** A fresh mark. A walk marks the values it has seen, which costs less than a set of them. */
export const newMark = (): number => ++lastMark;

/** The id of the latest node. Nodes recorded later have greater ids. */
export const lastNodeId = (): number => nextId - 1;

const none: readonly never[] = [];
const makerOf = (x: Value): Node | null => (x.requiresGrad && !x.sink ? x.maker : null);

/** One execution of an op. Immutable, but for edges that are cut once nobody can need them. */
export class Node {
  readonly id = nextId++;
  readonly outputs: readonly Value[];
  /** The edges were dropped, because the outputs have contents and nobody needs to make them again. */
  cut = false;
  /** Its gradient was taken without `retainGraph`; a second backward through it is an error. */
  spent = false;
  /** A flush has arranged to keep what the gradients of this node, and of all nodes before it, will read. */
  savedKept = false;
  /** The values that flushes have stored for its gradient: see saved.ts. */
  saved: Value[] | null = null;
  /** The mark of the latest walk that met this node. */
  mark = 0;
  /** The inputs that a run reads. */
  reads: readonly Value[];
  /**
   * For each input, the node that its gradient goes on to. Held here, because a stored value may let go of its node.
   */
  makers: readonly (Node | null)[];
  /** If this node is a copy without edges: the node with the edges. See edges.ts. */
  whole: WeakRef<Node> | null = null;
  /** Keeps this node for a tensor whose value has let go of it, until the node's gradient has been taken. */
  keeper: { node: Node | null } | null = null;

  constructor(
    readonly op: Op,
    public inputs: readonly Value[],
    readonly attrs: unknown,
    readonly scalars: readonly number[],
    readonly signature: number,
    metas: readonly InternedMeta[],
    readonly requiresGrad: boolean,
    /** Whether flushes keep the values that the gradient needs; otherwise backward computes them again. */
    readonly keepsSaved: boolean,
  ) {
    this.reads = op.reads === undefined ? inputs : inputs.slice(0, op.reads);
    this.makers = requiresGrad ? inputs.map(makerOf) : none;
    const outputs: Value[] = [];
    for (let i = 0; i < metas.length; i++) outputs.push(new Value(metas[i]!, this, i));
    this.outputs = outputs;
    if (op.views) outputs[0]!.liesIn(inputs[0]!);
  }
}

/**
 * One result of a node, or data that came from the host. Its contents never change; in-place writes make new values.
 */
export class Value implements Meta {
  readonly shape: Shape;
  readonly dtype: DType;
  /** The number of this shape and dtype; equal ones have equal numbers. */
  readonly metaId: number;
  /** Where the contents are. Only the functions of compiler/contents.ts change it. */
  state: State = pending;
  /**
   * `lent`: the value is stored for gradients alone, and given back when they have been taken; if anything else reads
   * it, it is made again. `returned`: it has been given back, so only work that was submitted before still finds the
   * contents.
   */
  loan: 'none' | 'lent' | 'returned' = 'none';
  /**
   * Why the contents go once the work submitted so far has run; null if they stay. Nothing recorded later may read
   * them.
   */
  leaving: string | null = null;
  /** Where bad data that the contents depend on is reported. */
  faults: FaultSources = null;
  /** Set on leaves: backward stops here and hands the gradient over. */
  sink: GradSink | null = null;
  /** Hooks for the gradient of this value. Those of a leaf are in its sink. */
  gradHooks: readonly GradHook[] | null = null;
  /** Name of the gradient function in printed tensors, if several ops made what is one function in PyTorch. */
  gradName: string | null = null;
  /** The write counter of the storage that has, or had, this value; null if none did. */
  memory: WriteCounter | null = null;
  /** The count of `memory` when this value was the contents there. If it is higher now, they have changed. */
  private memoryChanges = 0;
  /** An in-place write has replaced this value in its storage. */
  overwritten = false;
  /**
   * A storage has, or had, this value. Any other storage must take an alias, so that an in-place write changes one
   * alone.
   */
  inStorage = false;
  /**
   * A recipe is made from this value, so its contents, if any, stay when an in-place write replaces it: see remake.ts.
   */
  hung = false;
  /** The id of the latest node when a flush last read the contents; 0 if no flush has. */
  used = 0;
  /**
   * A flush left this value to be made again, though it could have stored it. The next flush that reads it stores it.
   */
  recipe = false;
  /** At a flush, a root held this value: a tensor that the user can reach showed it, so it is not lent. */
  shown = false;
  /** The number of nodes whose gradients still need the stored value: see saved.ts. */
  keepers = 0;
  /** The mark of the latest walk that has numbered this value. */
  mark = 0;
  /** The number of this value in that walk's program. */
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

  /** The node through which the gradient is propagated: the one with edges, if it still exists. */
  get maker(): Node | null {
    return this.node?.whole?.deref() ?? this.node;
  }

  /** The memory of the contents on the GPU; null if there is none. */
  get allocation(): Allocation | null {
    return this.state.memory;
  }

  /** The contents on the host, perhaps still to be made; null if they are not on the host. */
  get contents(): HostData | LateData | null {
    return this.state.kind === 'onHost' ? this.state.data : null;
  }

  /** The contents on the host. Contents that are still to be made are made now. */
  get host(): HostData | null {
    const { state } = this;
    if (state.kind !== 'onHost') return null;
    if (state.data instanceof LateData) state.data = state.data.make();
    return state.data;
  }

  /** Why the contents are gone for good; null if they are not. */
  get gone(): string | null {
    return this.state.kind === 'gone' ? this.state.why : null;
  }

  /** The error of the run that should have computed this value. */
  get failure(): Error | null {
    return this.state.kind === 'failed' ? this.state.error : null;
  }

  get lent(): boolean {
    return this.loan !== 'none';
  }

  get requiresGrad(): boolean {
    // Results of integer dtype beside others, such as the indices of a maximum, have no gradient.
    return this.sink !== null || ((this.node?.requiresGrad ?? false) && isFloat(this.dtype));
  }

  /** Has contents, or will have without recording anything: computed, scheduled, waiting on the host, or failed. */
  get available(): boolean {
    const { kind } = this.state;
    return kind !== 'pending' && kind !== 'gone' && this.loan !== 'returned';
  }

  /** Whether the contents were lost with a device. */
  get isLost(): boolean {
    const { kind, memory } = this.state;
    return kind !== 'onHost' && memory !== null && memory.memory.isRetired;
  }

  /** Notes that this value is now the contents of a storage, whose writes `memory` counts. */
  inMemory(memory: WriteCounter): void {
    this.memory = memory;
    this.memoryChanges = memory.changes;
  }

  /** Notes that this value shares the memory of another, as a view does: a write to either is a write to both. */
  liesIn(other: Value): void {
    this.memory = other.memory;
    this.memoryChanges = other.memoryChanges;
  }

  /** Whether the memory has been written to since this value was its contents. */
  get changed(): boolean {
    return this.memory !== null && this.memory.changes !== this.memoryChanges;
  }

  get numel(): number {
    return numel(this.shape);
  }
}
