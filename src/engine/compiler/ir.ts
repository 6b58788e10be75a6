// The compiler's input: operations, how they lower to GPU passes, and the program that a flush hands over.

import type { Meta, Scalar, Shape } from '../core/meta';
import type { AdapterProfile } from '../gpu/device';

/** What a pass binds: a value of its node, or a report of faults (see shaders/lib/fault.wgsl), which `spare` ones leave alone. */
export type Operand =
  | { readonly from: 'input' | 'output' | 'scratch'; readonly index: number }
  | { readonly from: 'fault'; readonly spare?: true };

export const input = (index: number): Operand => ({ from: 'input', index });
export const output = (index = 0): Operand => ({ from: 'output', index });
export const scratch = (index = 0): Operand => ({ from: 'scratch', index });
export const fault: Operand = { from: 'fault' };
/** Something that can be written, where bindings are fixed and a kernel writes less. */
export const spare: Operand = { from: 'fault', spare: true };

/** A field of the uniform `Params` struct: a constant of the plan, or one of the node's dynamic scalars. */
export type Param = readonly [type: Scalar, value: number | { readonly scalar: number }];

export const u32 = (value: number): Param => ['u32', value];
export const i32 = (value: number): Param => ['i32', value];
export const f32 = (value: number): Param => ['f32', value];
/** Fields of a `Params` struct by their names, in its order; a number alone is a u32. */
export type Fields = Readonly<Record<string, number | Param>>;

/** What a kernel's uniforms hold; a list without names where the struct is generated with the kernel. */
export type Params = Fields | readonly Param[];

export const paramsOf = (params: Params = []): readonly Param[] =>
  Object.values<number | Param>(params).map((value) => (typeof value === 'number' ? u32(value) : value));

/** Fields whose names end in the numbers from `first` to before `end`. */
export function numbered(name: string, end: number, value: (number: number) => number | Param, first = 0): Fields {
  const fields: Record<string, number | Param> = {};
  for (let i = first; i < end; i++) fields[name + i] = value(i);
  return fields;
}

export const scalar = (index: number, type: Scalar = 'f32'): Param => [type, { scalar: index }];

/** What an epilogue adds to a pass: buffers and scalars of its own, bound after the pass's. */
export interface Extras {
  readonly reads: readonly Operand[];
  readonly writes: readonly Operand[];
  readonly params: readonly Param[];
}

/** Elements with the same index / run or, if `of` is given, the same index / run % of; as they are stored, or before they are pooled. */
export interface Stage {
  readonly where: 'store' | 'finish';
  readonly run: number;
  readonly of?: number;
}

/** An epilogue as one of several that a kernel chooses from by a parameter, so that layers which differ in it share the kernel. */
export interface Ending {
  /** The pass without it. */
  readonly kernel: Pass;
  /** The types of the elements of the buffers that it reads. */
  readonly types: readonly string[];
  readonly reads: readonly Operand[];
  readonly params: readonly Param[];
  /** WGSL function library files that it calls. */
  readonly libs: readonly string[];
  /** Its part of the source, with names of its own: fields of the parameters, and functions that end in the tag. */
  written(tag: string): { readonly fields: readonly string[]; readonly code: string };
}

/** What else a pass can run by: passes of the same operands that compute the same, bit for bit, and kernels that know how long their arrays are. */
export interface Variants {
  /**
   * By a kernel that suits other sizes as well; the general one of its own suits still more. It is taken where its kind has been met before, and
   * the pass's own kernel has not been compiled.
   */
  readonly general?: Pass;
  /** The general pass is taken for other sizes of the whole plan alone, not where another pass of its kind has been met. */
  readonly apart?: boolean;
  /** By a kernel that takes longer to compile and less to run: for plans that change nothing, once they run often. */
  often?(): Pass;
  /** What other sizes run besides, or in the place of this, with the same kinds of operands: worth compiling before they come. */
  readonly besides?: readonly Pass[];
  /** Lengths of storage arrays that the source declares without, by name: they may be declared with them, for speed. */
  readonly lengths?: Readonly<Record<string, number>>;
  /** The same, where that takes a kernel for each layer instead of one for all of a tile: for plans that change nothing, once they run often. */
  readonly layerLengths?: Readonly<Record<string, number>>;
}

/** One dispatch. Bindings in group 0: `reads` (read-only), then `writes` (read_write), then the uniform `params` if any. */
export interface Pass {
  /** WGSL files to concatenate, library files first, by their texts or the names of these (see texts.ts). */
  readonly source: readonly string[];
  /** What the last file becomes before anything else is made of it. */
  readonly edit?: (text: string) => string;
  /** Shown in profiles and error messages. */
  readonly label: string;
  /** Default `main`. */
  readonly entry?: string;
  /** Values for lines `const NAME: type = value;` of the source, for sizes of arrays and workgroups. */
  readonly consts?: Readonly<Record<string, number>>;
  /** Values for `override`s of the source. */
  readonly overrides?: Readonly<Record<string, number>>;
  /** The kernels that the linker chooses from. */
  readonly variants?: Variants;
  /** The epilogue of the general pass, which computes the same, bit for bit, where it is one of several. */
  readonly ending?: Ending;
  /** Where the kernel calls `stage`: what the elements that it finishes until the next call have in common. */
  readonly stage?: Stage;
  readonly reads: readonly Operand[];
  readonly writes: readonly Operand[];
  /** Fields of `struct Params`, each a 4-byte scalar. */
  readonly params?: Params;
  readonly extras?: Extras;
  /** Workgroups; build with `grid()` of lowering.ts. A pass with a zero is left out. */
  readonly grid: readonly [number, number, number];
}

/** A WGSL expression over `a0, a1, …` (inputs, broadcast) and `s0, s1, …` (dynamic scalars) giving one output element. */
export interface PointwiseBody {
  readonly expr: string;
  /** WGSL function library files that the expression calls, as those of a pass. */
  readonly lib?: readonly string[];
  /** Type of the dynamic scalars; default f32. */
  readonly scalarType?: Scalar;
  /** The number of an input whose elements are pairs, `vec2f`: its last dimension, of 2, is none of the result. */
  readonly pairs?: number;
  /** If `a0` is 0 the result is 0; otherwise it is `a0` times a finite factor, which depends on `a1`. */
  readonly scales?: boolean;
}

/** Elements of a contiguous buffer in view: element i is at offset + Σ index_d(i) · strides[d]. */
export interface View {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** What a lowering moves, where it only moves elements: output 0 is a view of input 0. */
export interface Viewing {
  readonly view: View;
  /** The lowering for another view of the same kind of input. */
  lower(view: View): Lowering;
}

/** Output `output` may be computed in the memory of input `input`, by other passes; the input's contents are gone then. */
export interface Overwrite {
  readonly input: number;
  readonly output: number;
  passes(): readonly Pass[];
}

/** Rows above and below images, columns left and right of them. */
export type Frame = readonly [top: number, bottom: number, left: number, right: number];

/** Attributes of a convolution, which takes zeros around its images for granted, by as much as its padding says, and of its adjoints. */
export interface Framed {
  readonly padding: Frame;
  /** The zeros that input 0 has around it. */
  readonly frame?: Frame;
  /** What a gradient leaves out of output 0 where that had such zeros; padding takes as much off. */
  readonly crop?: Frame;
}

/** A max pooling of images: rows and columns of these, and of windows side by side from the first row and column on. */
export interface Pooling {
  readonly size: readonly [rows: number, cols: number];
  readonly window: readonly [rows: number, cols: number];
}

/** A pointwise operation in two parts, where only the first input differs from run to run. */
export interface Folded {
  /** Computes what the inputs but the first decide: pairs of numbers, as many as elements of the second input. */
  readonly pass: Pass;
  /** Of the first input and the pairs. */
  readonly body: PointwiseBody;
}

export type Lowering =
  /** Output 0 is a contiguous range of input 0's bytes; no work. */
  | { readonly kind: 'alias'; readonly byteOffset: number; readonly viewing?: Viewing }
  | { readonly kind: 'pointwise'; readonly body: PointwiseBody; readonly folded?: Folded }
  /** `scratch` gives the byte length of each temporary buffer. */
  | {
      readonly kind: 'passes';
      readonly passes: readonly Pass[];
      /** The results are kept from run to run for as long as the inputs stay the same values, if they are inputs of the program. */
      readonly kept?: true;
      /** Output 0 is elements of input 0 in another order: nothing is computed. */
      readonly moves?: true;
      readonly scratch?: readonly number[];
      readonly viewing?: Viewing;
      readonly overwrites?: readonly Overwrite[];
      /** Output 0 is the inputs one after another, at these bytes, so that inputs which are copied can be copied there. */
      readonly joins?: readonly number[];
      /**
       * The lowering that keeps of output 0 the maximum of each window, as output 0, and its place in its image, as output 1;
       * none where that would take longer.
       */
      pooled?(pooling: Pooling): Lowering | undefined;
    }
  /** Output 0 holds input i at byte offset `offsets[i]`; producers write there directly where that is safe. */
  | { readonly kind: 'pack'; readonly offsets: readonly number[] };

export interface LowerContext<A> {
  readonly inputs: readonly Meta[];
  readonly outputs: readonly Meta[];
  readonly attrs: A;
  readonly adapter: AdapterProfile;
}

/** The part of an operation's definition that the compiler needs. Pure: equal metas and attributes give equal passes. */
export interface KernelOp<A = unknown> {
  readonly name: string;
  lower(context: LowerContext<A>): Lowering;
  /** `[output, input]` pairs where the output takes over the input's buffer; that input is overwritten. */
  inPlace?(attrs: A): readonly (readonly [output: number, input: number])[];
  /** Writes nothing once a fault has been reported that it hangs on. */
  readonly gated?: boolean;
  /** Output 0 holds elements of input 0, from the places that output 1 names. */
  readonly picks?: boolean;
  /** Where `picks`, and output 0 holds the maxima of windows side by side, from the first row and column on: their size. */
  windows?(attrs: A): readonly [rows: number, cols: number] | undefined;
  /** Its kernels may load float16 in the place of float32 inputs, which would be widened for them otherwise. */
  readonly readsHalf?: boolean;
  /** Output 0 holds the elements of input 0 at the places that input 1 names, several at one place added up; 0 elsewhere. */
  readonly spreads?: boolean;
}

export interface ProgramNode {
  readonly op: KernelOp;
  readonly attrs: unknown;
  /** Indices of values. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Where this node's dynamic scalars begin in the program's list. */
  readonly scalarBase: number;
  readonly scalarCount: number;
  /** Where in the user's model the node was recorded, while that is being asked for. */
  readonly place?: string;
  /** The nodes of the program that this one stands for, if fusion made it. */
  readonly parts?: readonly ProgramNode[];
}

/** The nodes as they were recorded that a node stands for. */
export const partsOf = (node: ProgramNode): readonly ProgramNode[] => node.parts ?? [node];

/** A pruned graph in execution order. Values are numbered; the first `inputs.length` are the program's inputs. */
export interface Program {
  readonly values: readonly Meta[];
  readonly inputCount: number;
  /** By input: whether it is a part of a larger value, which begins somewhere else at each run. */
  readonly slices?: readonly boolean[];
  readonly nodes: readonly ProgramNode[];
  /** Values that must outlive the run. */
  readonly exports: readonly number[];
  /** By export: whether it has room for more than there is, so that what there is is copied from it. */
  readonly roomy?: readonly boolean[];
}

/** A program with the lowering of each node. */
export interface LoweredProgram {
  readonly program: Program;
  readonly lowerings: readonly Lowering[];
}
