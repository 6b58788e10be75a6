// How faults (errors in data that kernels find, such as an index out of bounds) flow through a program: which nodes
// report to an optimizer's slot, and which faults each export depends on.
import inheritCode from '../../../shaders/inherit-fault.wgsl?raw';
import type { FaultBoard } from '../gpu/fault-reports';
import {
  COMMON_SLOTS,
  type FaultRecord,
  type FaultSlot,
  type FaultSources,
  joinSources,
  ofState,
} from '../gpu/fault-slots';
import type { LoweredProgram, Lowering, Pass, ProgramNode } from './ir';
import type { Job } from './job';

/** The faults, updates and inputs that an export depends on. */
interface Origins {
  /** The common slots of faults that no update of the program depends on. */
  readonly free: readonly number[];
  /** Whether it depends on a fault that an update depends on, too. */
  readonly gating: boolean;
  /** Whether it depends on an update. After a fault, updates that depend on the fault are not applied. */
  readonly update: boolean;
  /** The inputs of the program that it depends on. */
  readonly inputs: readonly number[];
}

/** Flags of a value. Below these bits there is one for each common slot. */
const GATING = 1 << COMMON_SLOTS;
const UPDATE = GATING << 1;

export interface FaultFlow {
  /** The nodes whose faults keep updates from being applied, updates that may fault included. */
  readonly gating: ReadonlySet<ProgramNode>;
  /** For each other node that may report faults: its common slot. */
  readonly free: ReadonlyMap<ProgramNode, number>;
  /** The inputs that updates depend on. */
  readonly updates: readonly number[];
  readonly exports: readonly Origins[];
}

const bindsFault = ({ writes, extras }: Pass): boolean =>
  [...writes, ...(extras?.writes ?? [])].some((operand) => operand.from === 'fault' && !operand.spare);

const mayFault = (lowering: Lowering): boolean => lowering.kind === 'passes' && lowering.passes.some(bindsFault);

export function faultFlow({ program, lowerings }: LoweredProgram): FaultFlow {
  const { nodes, inputCount, values } = program;
  const gating = gatingNodes(nodes, lowerings.map(mayFault), values.length);
  const words = Math.ceil(inputCount / 32);
  /** For each value, its dependences: the flags, and one bit for each input of the program. */
  const flags = new Uint32Array(values.length);
  const from = new Uint32Array(values.length * words);
  for (let v = 0; v < inputCount; v++) from[v * words + (v >> 5)] = 1 << (v & 31);
  const ofUpdates = new Uint32Array(words);
  const free = new Map<ProgramNode, number>();
  nodes.forEach((node, n) => {
    const gathered = node.op.gated ? ofUpdates : new Uint32Array(words);
    let flag = 0;
    for (const v of node.inputs) {
      flag |= flags[v]!;
      for (let w = 0; w < words; w++) gathered[w]! |= from[v * words + w]!;
    }
    // An update stands for everything before it: its own fate is looked up, not the faults that decided it.
    if (node.op.gated) flag = UPDATE;
    else if (gating.has(node)) flag |= GATING;
    else if (mayFault(lowerings[n]!)) {
      free.set(node, free.size % COMMON_SLOTS);
      flag |= 1 << free.get(node)!;
    }
    for (const v of node.outputs) {
      flags[v] = flag;
      if (!node.op.gated) from.set(gathered, v * words);
    }
  });
  // Most exports depend on the same inputs. Sharing equal lists keeps plans small.
  const lists = new Map<string, readonly number[]>();
  const inputsIn = (bits: Uint32Array): readonly number[] => {
    const known = lists.get(bits.join());
    if (known) return known;
    const found: number[] = [];
    for (let v = 0; v < inputCount; v++) if ((bits[v >> 5]! >>> (v & 31)) & 1) found.push(v);
    lists.set(bits.join(), found);
    return found;
  };
  return {
    gating,
    free,
    updates: inputsIn(ofUpdates),
    exports: program.exports.map((v) => ({
      free: Array.from({ length: COMMON_SLOTS }, (_, slot) => slot).filter((slot) => (flags[v]! >> slot) & 1),
      gating: (flags[v]! & GATING) !== 0,
      update: (flags[v]! & UPDATE) !== 0,
      inputs: inputsIn(from.subarray(v * words, (v + 1) * words)),
    })),
  };
}

/** The nodes that may report faults and that updates depend on, updates that may fault included. */
function gatingNodes(nodes: readonly ProgramNode[], faulty: readonly boolean[], values: number): Set<ProgramNode> {
  const wanted = new Uint8Array(values);
  const gating = new Set<ProgramNode>();
  for (let n = nodes.length - 1; n >= 0; n--) {
    const node = nodes[n]!;
    const behind = node.outputs.some((v) => wanted[v] === 1);
    if (!behind && !node.op.gated) continue;
    if (faulty[n]) gating.add(node);
    for (const v of node.inputs) wanted[v] = 1;
  }
  return gating;
}

interface Holder {
  faults: FaultSources;
}

export interface FaultyJob {
  readonly inputs: readonly Holder[];
  readonly exports: readonly { readonly cell: Holder; readonly replaces: Holder | null }[];
  readonly slot: FaultSlot | null;
}

/** The job with joined inputs resolved: such an input depends on the faults of every piece that lies in it. */
export function withFaults<J extends FaultyJob & Pick<Job, 'joins'>>(job: J): FaultyJob {
  const { joins, inputs, exports, slot } = job;
  if (!joins) return job;
  const all = inputs.map((cell, i) => {
    const pieces = joins.get(i)?.map(({ input }) => input);
    return pieces ? { faults: joined(pieces, inputs, null) } : cell;
  });
  return { inputs: all, exports, slot };
}

/** Where the next run to be encoded reports its faults. `records` take the faults that do not go to the job's slot. */
export function faultsOfRun({ free, gating, updates }: FaultFlow, { inputs, slot }: FaultyJob, board: FaultBoard) {
  const lost = gating.size > 0 && !slot ? 1 : 0;
  const records = Array.from({ length: Math.min(Math.max(free.size, lost), COMMON_SLOTS) }, () => board.record());
  return {
    records,
    ride: board.takeRide(),
    fault: gating.size > 0 ? board.gate(slot) : null,
    inheritFaults: slot && gating.size > 0 ? board.inherit(slot, joined(updates, inputs, null), inheritCode) : null,
    keepFaults: records.length > 0 ? (encoder: GPUCommandEncoder) => board.keep(encoder, records) : null,
  };
}

/** Notes which faults the exports of a run depend on. */
export function noteSources(
  flow: FaultFlow,
  { inputs, exports, slot }: FaultyJob,
  records: readonly FaultRecord[],
): void {
  if (slot && flow.gating.size > 0) slot.runs++;
  const own = records.map((place): FaultSources => [{ place, kind: 'result' }]);
  exports.forEach(({ cell, replaces }, i) => {
    const { free, gating, update, inputs: from } = flow.exports[i]!;
    let sources: FaultSources = null;
    for (const slot of free) sources = joinSources(sources, own[slot]!);
    if (gating) sources = joinSources(sources, slot?.results ?? own[0]!);
    if (update) sources = joinSources(sources, slot?.kept ?? own[0]!);
    sources = joined(from, inputs, sources);
    cell.faults = replaces ? ofState(sources) : sources;
  });
}

function joined(from: readonly number[], inputs: readonly Holder[], start: FaultSources): FaultSources {
  let sources = start;
  for (const i of from) {
    const { faults } = inputs[i]!;
    if (faults && faults !== sources) sources = joinSources(sources, faults);
  }
  return sources;
}
