// Scheduling: nodes that let memory go run as early as they can, where that lowers the most that is held at once. Pure.

import { byteLength } from '../../core/meta';
import type { LoweredProgram } from '../ir';

/** The same program, in the given order or in one that holds less at its peak. */
export function schedule(lowered: LoweredProgram): LoweredProgram {
  const { program, lowerings } = lowered;
  const memory = new Needs(lowered);
  const recorded = [...program.nodes.keys()];
  const order = memory.order();
  if (memory.peak(order) >= memory.peak(recorded)) return lowered;
  return {
    program: { ...program, nodes: order.map((n) => program.nodes[n]!) },
    lowerings: order.map((n) => lowerings[n]!),
  };
}

/** What each node needs, makes and reads for the last time, by the bytes of memory of its own that a value has. */
class Needs {
  /** The value whose memory a value shares. */
  private readonly home: Int32Array;
  /** Bytes that a home takes while it lives; 0 for inputs, for values held by others, and for those written into their place inside a pack. */
  private readonly bytes: Float64Array;
  /** By node: homes it makes and homes it reads, each once. */
  private readonly makes: number[][];
  private readonly reads: number[][];
  /** By node: bytes that only it needs. */
  private readonly scratch: Float64Array;
  /** By node: nodes that must run before it. */
  private readonly before: Set<number>[];
  /** By home: how many nodes read it; exports have one reader more, who never comes. */
  private readonly readers: Int32Array;

  constructor({ program, lowerings }: LoweredProgram) {
    const { values, nodes, inputCount, exports } = program;
    this.home = Int32Array.from(values.keys());
    this.bytes = Float64Array.from(values, byteLength).fill(0, 0, inputCount);
    this.readers = new Int32Array(values.length);
    this.scratch = new Float64Array(nodes.length);
    this.before = nodes.map(() => new Set());
    this.makes = nodes.map(() => []);
    const producer = new Int32Array(values.length).fill(-1);
    const readBy = values.map((): number[] => []);
    this.reads = nodes.map((node, n) => {
      const lowering = lowerings[n]!;
      const reads = [...new Set(node.inputs.map((v) => this.home[v]!))];
      for (const v of node.inputs) if (producer[v]! >= 0) this.before[n]!.add(producer[v]!);
      for (const v of reads) readBy[v]!.push(n);
      for (const v of node.outputs) producer[v] = n;
      if (lowering.kind === 'alias') this.home[node.outputs[0]!] = this.home[node.inputs[0]!]!;
      if (lowering.kind === 'passes') this.scratch[n] = (lowering.scratch ?? []).reduce((sum, size) => sum + size, 0);
      for (const [o, i] of node.op.inPlace?.(node.attrs) ?? []) {
        const overwritten = this.home[node.inputs[i]!]!;
        // All readers of the old contents in the recorded order must have read them.
        for (const reader of readBy[overwritten]!) if (reader !== n) this.before[n]!.add(reader);
        this.home[node.outputs[o]!] = overwritten;
      }
      this.makes[n] = node.outputs.filter((v) => this.home[v] === v);
      return reads;
    });
    // Members of a pack are written in their place inside it, as a rule.
    nodes.forEach((node, n) => {
      const lowering = lowerings[n]!;
      if (lowering.kind === 'pack')
        for (const i of lowering.offsets.keys()) this.bytes[this.home[node.inputs[i]!]!] = 0;
    });
    for (const reads of this.reads) for (const v of reads) this.readers[v]!++;
    for (const v of exports) this.readers[this.home[v]!]!++;
  }

  /** The most bytes held while nodes run in an order. */
  peak(order: readonly number[]): number {
    const left = this.readers.slice();
    let held = 0;
    let most = 0;
    for (const n of order) {
      for (const v of this.makes[n]!) held += this.bytes[v]!;
      most = Math.max(most, held + this.scratch[n]!);
      held -= this.release(n, left);
    }
    return most;
  }

  /** The recorded order, but for nodes that leave no more behind than they let go: these run once they can. */
  order(): number[] {
    const left = this.readers.slice();
    const done = new Set<number>();
    const order: number[] = [];
    let first = 0;
    while (order.length < this.makes.length) {
      while (done.has(first)) first++;
      let next = first;
      for (let n = first; n < Math.min(this.makes.length, first + WINDOW); n++) {
        if (done.has(n) || ![...this.before[n]!].every((p) => done.has(p)) || this.growth(n, left) > 0) continue;
        next = n;
        break;
      }
      done.add(next);
      order.push(next);
      this.release(next, left);
    }
    return order;
  }

  /** Bytes that are held after a node more than before it. */
  private growth(n: number, left: Int32Array): number {
    const made = this.makes[n]!.reduce((sum, v) => sum + (left[v]! > 0 ? this.bytes[v]! : 0), 0);
    return made - this.reads[n]!.reduce((sum, v) => sum + (left[v] === 1 ? this.bytes[v]! : 0), 0);
  }

  /** Counts a node's reading done, and returns the bytes that nobody needs from then on. */
  private release(n: number, left: Int32Array): number {
    let freed = 0;
    for (const v of this.reads[n]!) if (--left[v]! === 0) freed += this.bytes[v]!;
    for (const v of this.makes[n]!) if (left[v] === 0) freed += this.bytes[v]!;
    return freed;
  }
}

/** How far ahead of the next node in the recorded order others are looked for. */
const WINDOW = 64;
