// Fusion: pointwise nodes that feed each other become one kernel. Pure: programs in, programs out.
import type { KernelOp, Lowering, PointwiseBody, Program, ProgramNode } from './ir';
import { numel } from './meta';
import { type Cluster, clusterPass, type Member, type Source } from './pointwise';

/** Storage buffers that every WebGPU device can bind in one kernel. */
const MAX_BUFFERS = 8;

export interface LoweredProgram {
  readonly program: Program;
  readonly lowerings: readonly Lowering[];
}

/**
 * Joins pointwise nodes over the same number of elements into clusters, one kernel each, that may have several outputs.
 * Intermediates that nobody else reads never exist. Two nodes join where one feeds the other, unless something in between
 * would then have to run both before and after the cluster. Constant fills are evaluated where they are used.
 */
export function fusePointwise(program: Program, lowerings: readonly Lowering[]): LoweredProgram {
  return new Fusion(program, lowerings).run();
}

class Fusion {
  private readonly producer: Int32Array;
  /** The value whose elements these are, seen through reshapes. */
  private readonly root: Int32Array;
  private readonly consumers: number[][];
  /** The unit (by number of its first node) that runs a node. */
  private readonly unit: Int32Array;
  private readonly members = new Map<number, number[]>();
  private readonly exported: ReadonlySet<number>;

  constructor(
    private readonly program: Program,
    private readonly lowerings: readonly Lowering[],
  ) {
    const { values, nodes, exports } = program;
    this.exported = new Set(exports);
    this.producer = new Int32Array(values.length).fill(-1);
    this.root = Int32Array.from(values.keys());
    this.consumers = values.map(() => []);
    this.unit = Int32Array.from(nodes.keys());
    nodes.forEach((node, n) => {
      for (const v of node.outputs) this.producer[v] = n;
      const lowering = lowerings[n]!;
      const [from] = node.inputs;
      const [to] = node.outputs;
      if (lowering.kind === 'alias' && lowering.byteOffset === 0 && this.size(from!) === this.size(to!)) {
        this.root[to!] = this.root[from!]!;
      }
      for (const v of this.reads(n)) this.consumers[v]!.push(n);
    });
  }

  run(): LoweredProgram {
    this.program.nodes.forEach((_, n) => {
      if (this.isPointwise(n) && !this.isFill(n)) {
        this.members.set(n, [n]);
        this.join(n);
      }
    });
    const nodes: ProgramNode[] = [];
    const lowerings: Lowering[] = [];
    for (const unit of this.order()) {
      const cluster = this.members.get(unit);
      if (cluster) {
        const fused = this.fused(cluster);
        nodes.push(fused.node);
        lowerings.push(fused.lowering);
      } else if (this.isNeeded(unit)) {
        const node = this.program.nodes[unit]!;
        const fused = this.isFill(unit) ? this.fused([unit]) : { node, lowering: this.lowerings[unit]! };
        nodes.push(fused.node);
        lowerings.push(fused.lowering);
      }
    }
    return { program: { ...this.program, nodes }, lowerings };
  }

  private size(v: number): number {
    return numel(this.program.values[v]!.shape);
  }

  private isPointwise(n: number): boolean {
    return n >= 0 && this.lowerings[n]!.kind === 'pointwise';
  }

  /** A pointwise node without inputs: cheaper to evaluate again than to read. */
  private isFill(n: number): boolean {
    return this.isPointwise(n) && this.program.nodes[n]!.inputs.length === 0;
  }

  /** The values a node reads; pointwise nodes look through reshapes. */
  private reads(n: number): readonly number[] {
    const { inputs } = this.program.nodes[n]!;
    return this.isPointwise(n) ? inputs.map((v) => this.root[v]!) : inputs;
  }

  /** Joins a node with the clusters that feed it, as far as that is allowed. */
  private join(n: number): void {
    const count = this.size(this.program.nodes[n]!.outputs[0]!);
    for (const v of this.reads(n)) {
      const p = this.producer[v]!;
      if (!this.isPointwise(p) || this.isFill(p) || this.size(v) !== count) continue;
      const mine = this.unit[n]!;
      const theirs = this.unit[p]!;
      if (mine === theirs) continue;
      const joined = [...this.members.get(theirs)!, ...this.members.get(mine)!].sort((a, b) => a - b);
      if (this.buffers(joined) > MAX_BUFFERS || this.wouldCycle(mine, theirs)) continue;
      this.members.delete(mine);
      this.members.delete(theirs);
      const first = joined[0]!;
      this.members.set(first, joined);
      for (const m of joined) this.unit[m] = first;
    }
  }

  private buffers(cluster: readonly number[]): number {
    return this.externals(cluster).length + this.outputs(cluster).length;
  }

  /** Values that a cluster reads from memory. */
  private externals(cluster: readonly number[]): number[] {
    const inside = new Set(cluster);
    const read = new Set<number>();
    for (const n of cluster) {
      for (const v of this.reads(n)) {
        const p = this.producer[v]!;
        if (!inside.has(p) && !this.isFill(p)) read.add(v);
      }
    }
    return [...read];
  }

  /** Values of a cluster that are read outside of it, or exported. */
  private outputs(cluster: readonly number[]): number[] {
    const inside = new Set(cluster);
    return cluster.map((n) => this.program.nodes[n]!.outputs[0]!).filter((v) => this.isRead(v, inside));
  }

  /** Whether a value must exist in memory for anyone but the pointwise nodes of `inside`. */
  private isRead(v: number, inside: ReadonlySet<number>): boolean {
    if (this.exported.has(v)) return true;
    return this.consumers[v]!.some((n) => {
      if (inside.has(n)) return false;
      const [to] = this.program.nodes[n]!.outputs;
      const reshapes = this.lowerings[n]!.kind === 'alias' && this.root[to!] === this.root[v];
      return reshapes ? this.isRead(to!, inside) : true;
    });
  }

  /** Whether a node outside of clusters has to run: fills and reshapes may have been looked through everywhere. */
  private isNeeded(n: number): boolean {
    const { outputs } = this.program.nodes[n]!;
    if (this.isFill(n)) {
      const [v] = outputs;
      return this.exported.has(v!) || this.consumers[v!]!.some((c) => !this.isPointwise(c) && this.isNeeded(c));
    }
    if (this.lowerings[n]!.kind !== 'alias') return true;
    return (
      this.exported.has(outputs[0]!) ||
      this.consumers[outputs[0]!]!.some((c) =>
        !this.isPointwise(c) ? this.isNeeded(c) : this.root[outputs[0]!] === outputs[0],
      )
    );
  }

  /** Whether a path leads from one of two units to the other through a third. */
  private wouldCycle(a: number, b: number): boolean {
    const seen = new Set<number>([a, b]);
    const stack: number[] = [];
    for (const unit of [a, b]) for (const next of this.successors(unit)) if (!seen.has(next)) stack.push(next);
    while (stack.length > 0) {
      const unit = stack.pop()!;
      if (seen.has(unit)) continue;
      seen.add(unit);
      for (const next of this.successors(unit)) {
        if (next === a || next === b) return true;
        stack.push(next);
      }
    }
    return false;
  }

  private successors(unit: number): number[] {
    return (this.members.get(unit) ?? [unit]).flatMap((n) =>
      this.program.nodes[n]!.outputs.flatMap((v) => this.consumers[v]!.map((c) => this.unit[c]!)),
    );
  }

  /** Units in an order in which each comes after what it reads; otherwise as recorded, by their last node. */
  private order(): number[] {
    const units = [...new Set(this.unit)];
    const last = new Map(units.map((unit) => [unit, this.members.get(unit)?.at(-1) ?? unit]));
    units.sort((a, b) => last.get(a)! - last.get(b)!);
    const done = new Set<number>();
    const result: number[] = [];
    const visit = (unit: number): void => {
      if (done.has(unit)) return;
      done.add(unit);
      for (const n of this.members.get(unit) ?? [unit]) {
        for (const v of this.reads(n)) {
          const p = this.producer[v]!;
          if (p >= 0 && this.unit[p] !== unit) visit(this.unit[p]!);
        }
      }
      result.push(unit);
    };
    for (const unit of units) visit(unit);
    return result;
  }

  private fused(cluster: readonly number[]): { node: ProgramNode; lowering: Lowering } {
    const { values, nodes } = this.program;
    const externals = this.externals(cluster);
    const outputs = this.outputs(cluster);
    const index = new Map<number, number>();
    const members: Member[] = [];
    const add = (n: number): number => {
      const known = index.get(n);
      if (known !== undefined) return known;
      const node = nodes[n]!;
      const inputs = node.inputs.map((v): Source => {
        const p = this.producer[this.root[v]!]!;
        const inside = this.isFill(p) || cluster.includes(p);
        return inside ? { member: add(p) } : { external: externals.indexOf(this.root[v]!), meta: values[v]! };
      });
      const body = (this.lowerings[n] as { body: PointwiseBody }).body;
      const scalars = Array.from({ length: node.scalarCount }, (_, i) => node.scalarBase + i);
      members.push({ name: node.op.name, body, inputs, scalars, result: values[node.outputs[0]!]! });
      index.set(n, members.length - 1);
      return members.length - 1;
    };
    for (const n of cluster) add(n);
    const description: Cluster = {
      members,
      externals: externals.map((v) => values[v]!),
      outputs: outputs.map((v) => index.get(this.producer[v]!)!),
    };
    const lowering: Lowering = { kind: 'passes', passes: [clusterPass(description)] };
    const op: KernelOp = { name: 'pointwise', lower: () => lowering };
    const node: ProgramNode = { op, attrs: undefined, inputs: externals, outputs, scalarBase: 0, scalarCount: 0 };
    return { node, lowering };
  }
}
