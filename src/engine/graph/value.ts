// Values and the nodes that produce them: the recorded graph, which is both what runs and what autograd walks.
import { type HostData, LateData, pending, type State } from '../compiler/contents';
import type { KernelOp, View } from '../compiler/ir';
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
  /** Like those of a value; in-place writes give the leaf other values, and its hooks stay. */
  readonly gradHooks: readonly GradHook[] | null;
  accumulate(gradient: Value): void;
}

/**
 * The definition of an operation: shape rule and errors (`infer`), kernel (`lower`), gradient (`vjp`).
 * The functions in src/engine/ops that users of a definition call are thin: they gather attributes and `record`.
 */
export interface Op<A = unknown> extends KernelOp<A> {
  /** Name of the gradient function in printed tensors, such as `MulBackward0`; default from `name`. */
  readonly gradName?: string;
  /** Checks the inputs and infers the outputs. Pure, needs no device; throws ShapeError, DTypeError or ArgumentError. */
  infer(inputs: readonly Meta[], attrs: A): readonly Meta[];
  /**
   * Gradients of the inputs, by the gradients of the outputs: `dys[i]` is undefined where output i got none. One entry an
   * input; null says that the input has no gradient. Written with ops. A gradient may have the shape the input was
   * broadcast to: the engine sums it back. `needs[i]` tells whether input i's gradient is wanted.
   */
  vjp?(dys: readonly (Value | undefined)[], node: GradContext<A>): readonly (Value | null)[];
  /** Inputs and outputs whose values `vjp` reads; default: all inputs, no outputs. */
  readonly saves?: { readonly inputs?: readonly number[]; readonly outputs?: readonly number[] };
  /** `vjp` reads saved values through `read`; otherwise all values that `saves` names count as read. */
  readonly readsSaved?: boolean;
  /** Takes float16 as it is stored. Any other op gets float32 in its place, and its float32 results are rounded: see record.ts. */
  readonly takesHalf?: boolean;
  /** Inputs 0 and 1 are factors: the value of each is read for the gradient of the other alone. */
  readonly factors?: boolean;
  /** The output is the same memory as input 0: a write to one is a write to the other. */
  readonly views?: boolean;
  /** The output is input 0 under another name: where among the nodes it stands is no part of a program. */
  readonly isName?: boolean;
  /** How many of the inputs a run reads: gradients alone pass to those behind. Default: all. */
  readonly reads?: number;
  /**
   * Set where equal inputs give an equal result at negligible cost, so that the value is made again rather than kept. With `'batch'` it is made
   * again at any cost: a batch of a data set, which no later step needs. `'joined'` does the same for a batch of items that a user
   * has made, unless their ingredients take far more memory than the batch.
   */
  readonly cheap?: boolean | 'joined' | 'batch';
  /** Element i of the result is made of elements i of the inputs, which broadcast. */
  readonly elementwise?: boolean;
  /** Takes about as long as to read and write the elements, as pointwise operations, rows and copies do: its results may be made again rather than kept, see recipes.ts. */
  readonly remakes?: boolean;
  /**
   * Dynamic scalar 0 says at which element of input 0 the result begins. Where input 0 is computed in the same program, that is
   * part of the structure all the same, and `lower` finds it in the attributes as `offset`.
   */
  readonly placed?: boolean;
  /** The element of input 0 at which output 0 begins, where output 0 is nothing but a run of elements of it, in order. */
  run?(node: RunContext<A>): number | undefined;
  /** The slice of input 0 whose elements, each of them once, output 0 is; null where it is none. Its gradient goes there. */
  shows?(node: RunContext<A>): View | null;
  /** The result has the very bits of input 0. */
  readonly sameBits?: true;
  /** Every element of the result is scalar 0. */
  readonly constant?: true;
  /** Whether output 0 is the inputs that are read, one after another, in memory. */
  joins?(node: Pick<GradContext<A>, 'attrs' | 'outputs'>): boolean;
  /**
   * The rule of src/engine/growth/rules.ts by which the operation is recorded where dimensions have room for more than counts, so that one plan
   * serves every size of them. Elements in the room are arbitrary, before and after. Elementwise operations need no rule.
   */
  readonly growth?: Growth;
}

/** The rules by which operations are recorded again where values have room. */
export type Growth =
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

/** A node that is recorded again where values have room. */
export interface Roomy<A> {
  readonly op: Op<A>;
  /** Those that a run reads. */
  readonly inputs: readonly Value[];
  readonly attrs: A;
  readonly scalars: readonly number[];
  /** By input, the shape of what counts: where it has room, its own is greater. */
  readonly counts: readonly Shape[];
  /** By output, its shape with room. */
  readonly shapes: readonly Shape[];
  /** By output, the shape of what counts. */
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
  /** A value that the gradient reads; throws where tensors show other contents in its place by now. */
  readonly read: (value: Value) => Value;
}

let nextId = 1;
let lastMark = 0;

/** A fresh mark. A walk marks the values it has seen, which costs less than a set of them. */
export const newMark = (): number => ++lastMark;

/** Nodes recorded later have greater numbers than this. */
export const lastNodeId = (): number => nextId - 1;

const none: readonly never[] = [];
const makerOf = (x: Value): Node | null => (x.requiresGrad && !x.sink ? x.maker : null);

/** One execution of an op. Immutable, but for edges that are cut once nobody can need them. */
export class Node {
  readonly id = nextId++;
  readonly outputs: readonly Value[];
  /** The outputs have values and nobody needs the recipe, so the edges were dropped. */
  cut = false;
  /** Its gradient was taken without `retainGraph`; a second backward through it is an error. */
  spent = false;
  /** What the gradient needs of this node and all before it has been scheduled to be kept. */
  savedKept = false;
  /** What flushes have stored for its gradient: see saved.ts. */
  saved: Value[] | null = null;
  /** The latest walk that came here. */
  mark = 0;
  /** The inputs that a run reads. */
  reads: readonly Value[];
  /** Those that gradients go to: it keeps them, though values that are stored may have let them go. */
  makers: readonly (Node | null)[];
  /** The node that this one stands for, without its edges: see edges.ts. */
  whole: WeakRef<Node> | null = null;
  /** Keeps this node for the tensor whose value has let it go, until its gradient has been taken. */
  keeper: { node: Node | null } | null = null;

  constructor(
    readonly op: Op,
    public inputs: readonly Value[],
    readonly attrs: unknown,
    readonly scalars: readonly number[],
    readonly signature: number,
    metas: readonly InternedMeta[],
    readonly requiresGrad: boolean,
    /** Whether values that the gradient needs are kept at a flush; otherwise they are evaluated again. */
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

/** One result of a node, or data that came from the host. Its contents never change; in-place writes make new values. */
export class Value implements Meta {
  readonly shape: Shape;
  readonly dtype: DType;
  /** The number of this shape and dtype. */
  readonly metaId: number;
  /** Where the contents are. It changes by the functions of compiler/contents.ts alone. */
  state: State = pending;
  /**
   * `lent`: it is stored for gradients alone, and given back when they have been taken; made again should anything else read it.
   * `returned`: it has been given back, so that only work that was submitted before finds contents.
   */
  loan: 'none' | 'lent' | 'returned' = 'none';
  /** Why the contents go once the work submitted so far has run; nothing recorded later may read them. */
  leaving: string | null = null;
  /** Where bad data is reported that this value hangs on. */
  faults: FaultSources = null;
  /** Set on leaves: backward stops here and hands the gradient over. */
  sink: GradSink | null = null;
  /** Those of a leaf are its sink's. */
  gradHooks: readonly GradHook[] | null = null;
  /** Name of the gradient function in printed tensors, where several ops made what PyTorch has one function for. */
  gradName: string | null = null;
  /** Counts the writes to the memory of the tensor that this is a value of, if it is one. */
  memory: WriteCounter | null = null;
  /** The count of `memory` when this was the value there. */
  private memoryChanges = 0;
  /** An in-place write has replaced this value in its storage. */
  overwritten = false;
  /** A tensor shows this value, or did: the storage of another must take an alias, so that in-place writes stay apart. */
  held = false;
  /** Recipes are made from it, so that its contents, if it has any, stay when an in-place write replaces it: see recipes.ts. */
  hung = false;
  /** When a flush has last read its contents: the last node that there was; 0 for never. */
  used = 0;
  /** A flush that could have stored it left it to be made again; the next that reads it stores it. */
  recipe = false;
  /** A storage whose tensors were not inner held it at a flush. */
  shown = false;
  /** Nodes that it is stored for, whose gradients have not been taken: see saved.ts. */
  keepers = 0;
  /** The latest walk that has numbered this value. */
  mark = 0;
  /** Its number in that walk's program. */
  number = 0;

  constructor(
    meta: InternedMeta,
    /** What made it; without edges where these are not needed: see edges.ts. */
    public node: Node | null,
    readonly index: number,
  ) {
    this.shape = meta.shape;
    this.dtype = meta.dtype;
    this.metaId = meta.id;
  }

  /** The node that the gradient goes on from. */
  get maker(): Node | null {
    return this.node?.whole?.deref() ?? this.node;
  }

  /** Where the contents are on the GPU, once they are. */
  get allocation(): Allocation | null {
    return this.state.memory;
  }

  /** Contents on the host, perhaps yet to be made. */
  get contents(): HostData | LateData | null {
    return this.state.kind === 'onHost' ? this.state.data : null;
  }

  /** Contents on the host, made by now. */
  get host(): HostData | null {
    const { state } = this;
    if (state.kind !== 'onHost') return null;
    if (state.data instanceof LateData) state.data = state.data.make();
    return state.data;
  }

  /** What became of the contents when they are gone for good. */
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
    // Indices beside values, as of a maximum, have none.
    return this.sink !== null || ((this.node?.requiresGrad ?? false) && isFloat(this.dtype));
  }

  /** Has contents, or will have without recording anything: computed, scheduled, waiting on the host, or failed. */
  get available(): boolean {
    const { kind } = this.state;
    return kind !== 'pending' && kind !== 'gone' && this.loan !== 'returned';
  }

  /** Whether the contents went with a device. */
  get isLost(): boolean {
    const { kind, memory } = this.state;
    return kind !== 'onHost' && memory !== null && memory.memory.isRetired;
  }

  /** Takes this for the present contents of memory that tensors share. */
  inMemory(memory: WriteCounter): void {
    this.memory = memory;
    this.memoryChanges = memory.changes;
  }

  /** This value is a view of another, or as good as one: a write to that is a write to this. */
  liesIn(other: Value): void {
    this.memory = other.memory;
    this.memoryChanges = other.memoryChanges;
  }

  /** Whether tensors show other contents in its place by now. */
  get changed(): boolean {
    return this.memory !== null && this.memory.changes !== this.memoryChanges;
  }

  get numel(): number {
    return numel(this.shape);
  }
}
