// The plan of an imported network: the steps of each call, built once, and the slots that hold values between them.
import { FileFormatError, LamplightError, ShapeError, type Tensor } from '../../../torch';
import type { Module } from '../../../torch/inside';
import type { NodeMessage } from '../proto/messages';
import { Call, nodeTitle, type Operator } from './call';
import { tensorOf } from './convert';
import { narrowed } from './narrow';
import { HostArray, type OnnxValue, Sequence } from './values';

/** The values during one call. */
export interface Frame {
  readonly root: Module;
  readonly slots: (OnnxValue | null)[];
  readonly training: boolean;
}

/** Where a step finds an input: in a slot, as a constant array, or null if the input is left out. */
export type Source = number | HostArray | null;

export interface Step {
  readonly reads: readonly number[];
  readonly writes: readonly (number | null)[];
  run(frame: Frame): void;
}

/** A parameter or buffer, and the slot from which operators read it. */
export interface Loaded {
  readonly path: readonly string[];
  readonly slot: number;
}

/** The steps of a network. */
export class Plan {
  /** For each step: the slots that no later step reads. */
  readonly #freed: readonly (readonly number[])[];

  constructor(
    readonly size: number,
    readonly loaded: readonly Loaded[],
    readonly inputs: readonly number[],
    readonly outputs: readonly Source[],
    readonly steps: readonly Step[],
  ) {
    this.#freed = lastReads(steps, new Set(outputs.filter((output) => typeof output === 'number')));
  }

  run(root: Module, given: readonly OnnxValue[]): (OnnxValue | null)[] {
    const slots = new Array<OnnxValue | null>(this.size).fill(null);
    const frame: Frame = { root, slots, training: root.training };
    this.inputs.forEach((slot, i) => {
      slots[slot] = given[i]!;
    });
    for (const { path, slot } of this.loaded) slots[slot] = at<Tensor>(root, path);
    this.steps.forEach((step, i) => {
      step.run(frame);
      for (const slot of this.#freed[i]!) slots[slot] = null;
    });
    return this.outputs.map((output) => valueAt(frame, output));
  }
}

/** For each step: the slots that it reads and no later step does. */
function lastReads(steps: readonly Step[], kept: Set<number>): number[][] {
  const seen = new Set(kept);
  return steps
    .toReversed()
    .map(({ reads }) =>
      reads.filter((slot) => {
        const isLast = !seen.has(slot);
        seen.add(slot);
        return isLast;
      }),
    )
    .reverse();
}

/** The member of a module at a path. */
export function at<T>(root: Module, path: readonly string[]): T {
  let member: unknown = root;
  for (const key of path) member = Reflect.get(member as object, key);
  return member as T;
}

export const valueAt = ({ slots }: Frame, source: Source): OnnxValue | null =>
  typeof source === 'number' ? slots[source]! : source;

/** The tensor that a layer is called with. */
function tensorAt(node: NodeMessage, frame: Frame, source: Source): Tensor {
  const value = valueAt(frame, source);
  if (value instanceof HostArray) return tensorOf(value);
  if (value !== null && !(value instanceof Sequence)) return value;
  throw new FileFormatError(
    `${nodeTitle(node)}: expected a tensor, but got ${value === null ? 'nothing' : 'a sequence'}`,
  );
}

export const slotsOf = (sources: readonly Source[]): number[] =>
  sources.filter((source): source is number => typeof source === 'number');

/** Turns a module's result into the outputs of its node. */
export type Outputs = (result: unknown) => readonly (OnnxValue | null)[];

/** A node that a module computes. The module is looked up at the path in each call, so it may be replaced. */
export class LayerStep implements Step {
  readonly reads: readonly number[];

  constructor(
    readonly node: NodeMessage,
    readonly path: readonly string[],
    readonly sources: readonly Source[],
    readonly writes: readonly (number | null)[],
    readonly outputs: Outputs | null,
    readonly prepare: ((inputs: readonly Tensor[]) => readonly unknown[]) | null,
  ) {
    this.reads = slotsOf(sources);
  }

  run(frame: Frame): void {
    const module = at<Module>(frame.root, this.path);
    const inputs = this.sources.map((source) => tensorAt(this.node, frame, source));
    const result: unknown = this.prepare ? module(...this.prepare(inputs)) : module(...inputs);
    if (!this.outputs) frame.slots[this.writes[0]!] = result as Tensor;
    else put(frame, this.writes, this.outputs(result));
  }
}

/** A node that an operator computes. */
export class OperatorStep implements Step {
  readonly reads: readonly number[];

  constructor(
    readonly node: NodeMessage,
    readonly opset: number,
    readonly operator: Operator,
    readonly sources: readonly Source[],
    readonly writes: readonly (number | null)[],
  ) {
    this.reads = slotsOf(sources);
  }

  run(frame: Frame): void {
    const inputs = this.sources.map((source) => valueAt(frame, source));
    put(frame, this.writes, applied(this.operator, new Call(this.node, this.opset, inputs, frame.training)));
  }
}

export function put({ slots }: Frame, writes: readonly (number | null)[], values: readonly (OnnxValue | null)[]): void {
  writes.forEach((slot, i) => {
    if (slot !== null) slots[slot] = values[i] ?? null;
  });
}

/**
 * Runs an operator and returns its outputs.
 *
 * @throws an error that names the node; a shape error keeps its class
 */
export function applied(operator: Operator, call: Call): readonly (OnnxValue | null)[] {
  try {
    const result = operator(call);
    return narrowed(call, Array.isArray(result) ? (result as readonly (OnnxValue | null)[]) : [result as OnnxValue]);
  } catch (cause) {
    const known = cause instanceof LamplightError;
    if (known && (cause instanceof FileFormatError || cause.message.startsWith('internal:'))) throw cause;
    const message = `${nodeTitle(call.node)}: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw cause instanceof ShapeError ? new ShapeError(message, { cause }) : new FileFormatError(message, { cause });
  }
}
