// Scheduling: nodes that free memory run as early as possible, if that lowers the peak. Pure.

import { byteLength } from '../../core/meta';
import type { LoweredProgram } from '../ir';

/** The program in the recorded order, or in another with a lower peak of memory. */
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

/** The memory that each node allocates, and that it frees by reading a value for the last time. */
class Needs {
  /** For each value: its home, which is the value whose memory it uses. */
  private readonly home: Int32Array;
  /** The bytes of a home while it lives; 0 for inputs and for values written directly into a pack. */
  private readonly bytes: Float64Array;
  /** For each node: the homes it makes and the homes it reads, each once. */
  private readonly makes: number[][];
  private readonly reads: number[][];
  /** For each node: the bytes of its scratch buffers. */
  private readonly scratch: Float64Array;
  /** For each node: the nodes that must run before it. */
  private readonly before: Set<number>[];
  /** For each home: how many nodes read it. An export counts one more, so that it is never freed. */
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
        // All nodes that read the old contents in the recorded order must run before they are overwritten.
        for (const reader of readBy[overwritten]!) if (reader !== n) this.before[n]!.add(reader);
        this.home[node.outputs[o]!] = overwritten;
      }
      this.makes[n] = node.outputs.filter((v) => this.home[v] === v);
      return reads;
    });
    // Members of a pack are usually written directly into it.
    nodes.forEach((node, n) => {
      const lowering = lowerings[n]!;
      if (lowering.kind === 'pack')
        for (const i of lowering.offsets.keys()) this.bytes[this.home[node.inputs[i]!]!] = 0;
    });
    for (const reads of this.reads) for (const v of reads) this.readers[v]!++;
    for (const v of exports) this.readers[this.home[v]!]!++;
  }

  /** The peak of memory, in bytes, if nodes run in this order. */
  peak(order: readonly number[]): number {
    const left = this.readers.slice();
    let live = 0;
    let most = 0;
    for (const n of order) {
      for (const v of this.makes[n]!) live += this.bytes[v]!;
      most = Math.max(most, live + this.scratch[n]!);
      live -= this.release(n, left);
    }
    return most;
  }

  /** The recorded order, except that a node which frees at least as much as it allocates runs as soon as it can. */
  order(): number[] {
    const left = this.readers.slice();
    const done = new Set<number>();
    const order: number[] = [];
    let first = 0;
    while (order.length < this.makes.length) {
      while (done.has(first)) first++;
      let next = first;
      for (let n = first; n < Math.min(this.makes.length, first + WINDOW); n++) {
        if (done.has(n) || ![...this.before[n]!].every((p) => done.has(p)) || this.addedBytes(n, left) > 0) continue;
        next = n;
        break;
      }
      done.add(next);
      order.push(next);
      this.release(next, left);
    }
    return order;
  }

  /** How many more bytes are in use after a node than before it. */
  private addedBytes(n: number, left: Int32Array): number {
    const made = this.makes[n]!.reduce((sum, v) => sum + (left[v]! > 0 ? this.bytes[v]! : 0), 0);
    return made - this.reads[n]!.reduce((sum, v) => sum + (left[v] === 1 ? this.bytes[v]! : 0), 0);
  }

  /** Counts a node as run, and returns the bytes that this frees. */
  private release(n: number, left: Int32Array): number {
    let freed = 0;
    for (const v of this.reads[n]!) if (--left[v]! === 0) freed += this.bytes[v]!;
    for (const v of this.makes[n]!) if (left[v] === 0) freed += this.bytes[v]!;
    return freed;
  }
}

/** How many nodes of the recorded order `order` looks ahead. */
const WINDOW = 64;
