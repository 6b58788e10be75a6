// A plan: the steps of a program, the memory that they use, and how values enter and leave. Plain data; compile.ts makes it.

import type { FaultFlow } from './fault-flow';
import type { Operand, Pass, ProgramNode } from './ir';

/** A range of memory: an input's own, or a temporary that will be in a slot or in an export's buffer. */
export interface Location {
  readonly bytes: number;
  /** The program's input that lives here. */
  readonly input?: number;
  /** The export in whose own buffer the value is computed, so that it need not be copied out. */
  export?: number;
  /** Inputs are copied into it before the first step. */
  filled?: boolean;
  /** Its contents stay from run to run. */
  kept?: boolean;
  /** The first and the last step that read or write it. An export lives to the end. */
  first: number;
  last: number;
}

export interface Address {
  readonly location: number;
  readonly offset: number;
  readonly bytes: number;
}

export interface Step {
  readonly pass: Pass;
  /** The addresses of `operandsOf(pass)`; 'fault' is the device's fault buffer. */
  readonly addresses: readonly (Address | 'fault')[];
  /** Added to the indices of the pass's dynamic scalars. */
  readonly scalarBase: number;
  /** The node that the pass computes; undefined for a copy. */
  readonly node?: ProgramNode;
  /**
   * If the results are kept: the inputs they depend on. The step runs only if one of these, or of its scalars, has
   * changed.
   */
  readonly kept?: readonly number[];
}

/**
 * The buffers that a pass binds, in order, and whether it reads or writes each. Uniforms come in between; see link.ts.
 */
export function operandsOf({ reads, writes, extras }: Pass): { readonly operand: Operand; readonly kind: 'r' | 'w' }[] {
  const list = (operands: readonly Operand[] | undefined, kind: 'r' | 'w') =>
    (operands ?? []).map((operand) => ({ operand, kind }));
  return [...list(reads, 'r'), ...list(writes, 'w'), ...list(extras?.reads, 'r'), ...list(extras?.writes, 'w')];
}

/** How an export leaves the plan. */
export type ExportMode =
  /** Computed in a buffer of its own. */
  | { readonly kind: 'bind' }
  /**
   * Copied from an address after the pass. `dedicated`: later programs will write it in place, so it needs its own
   * buffer.
   */
  | { readonly kind: 'copy'; readonly address: Address; readonly dedicated: boolean }
  /** Takes over the buffer of an input that is overwritten in place. */
  | { readonly kind: 'takeover'; readonly input: number };

/**
 * How an input enters the plan: bound where it is, or copied to a slot so that bind groups stay the same. A `'slice'`
 * is bound if its offset is aligned, and copied otherwise.
 */
export type InputMode = 'bind' | 'bindAndOverwrite' | 'copy' | 'slice';

export interface Plan {
  readonly locations: readonly Location[];
  /** Steps whose results are kept come first. */
  readonly steps: readonly Step[];
  readonly inputs: readonly InputMode[];
  /** The addresses of inputs that are copied straight into a joined value, and need no slot of their own. */
  readonly joined: ReadonlyMap<number, Address>;
  readonly exports: readonly ExportMode[];
  readonly faults: FaultFlow;
}

/** An estimate of a plan's bytes on the host, from measurements. Dispatches with their bind groups count most. */
export const hostBytesOf = ({ steps, inputs, exports }: Plan): number =>
  8192 * steps.length + 1024 * (inputs.length + exports.length);

/**
 * The locations that every run uses, even if all kept results are valid: those of steps that always run, and of
 * exports.
 */
export function locationsReadEachTime({
  locations,
  steps,
  exports,
}: Pick<Plan, 'locations' | 'steps' | 'exports'>): ReadonlySet<number> {
  const touched = steps.flatMap(({ kept, addresses }) => (kept ? [] : addresses));
  const copied = exports.flatMap((mode) => (mode.kind === 'copy' ? [mode.address] : []));
  const read = [...touched, ...copied].map((address) => (address === 'fault' ? -1 : address.location));
  const exported = [...locations.keys()].filter((l) => locations[l]!.export !== undefined);
  return new Set([...read, ...exported]);
}
