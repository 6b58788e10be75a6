// Fusion: pointwise nodes that feed each other become one kernel. Pure.

import { isFloat, numel } from '../../core/meta';
import { inlining } from '../fusion/inlining';
import type { Fused, PassesLowering } from '../fusion/into-kernels';
import { takesEpilogue, takesPrologue } from '../fusion/lines';
import { type Cluster, clusterPass, mergesOf } from '../fusion/pointwise';
import type { Member, Source } from '../fusion/read-inputs';
import {
  type KernelOp,
  type LoweredProgram,
  type Lowering,
  type Pass,
  type PointwiseBody,
  type Program,
  type ProgramNode,
  recordedNodes,
} from '../ir';

/** The number of storage buffers that every WebGPU device can bind in one kernel. */
const MAX_BUFFERS = 8;
/** The maximum number of nodes in one kernel. A larger kernel costs more to compile than it saves in memory traffic. */
const MAX_MEMBERS = 64;

/** A fill that is evaluated inside each kernel that uses it. */
const INLINED = 1;
/** A fill that must be in memory anyway, and is read from there. */
const STORED = 2;

/**
 * Joins pointwise nodes over the same number of elements into clusters. A cluster is one kernel, with one or more
 * outputs; intermediates that nobody else reads are never stored. Two nodes join if one feeds the other, unless a node
 * in between would then have to run both before and after the cluster. Constant fills are evaluated where they are
 * used, unless they are stored.
 */
export const fusePointwise = ({ program, lowerings }: LoweredProgram): LoweredProgram =>
  new Fusion(program, lowerings).run();

class Fusion {
  private readonly producer: Int32Array;
  /** For each node: INLINED or STORED if it depends on dynamic scalars only, else 0. */
  private readonly fills: Uint8Array;
  /** For each value: the value it is a reshape of; itself if it is none. */
  private readonly root: Int32Array;
  private readonly consumers: number[][];
  /** For each node: the unit that runs it, a unit being a node or a cluster, named by the index of its first node. */
  private readonly unit: Int32Array;
  private readonly members = new Map<number, number[]>();
  /** For each unit whose cluster is an epilogue: the node whose kernel evaluates it. */
  private readonly heads = new Map<number, number>();
  private readonly exported: ReadonlySet<number>;
  private readonly program: Program & { readonly nodes: ProgramNode[] };
  private readonly lowerings: Lowering[];

  constructor(program: Program, lowered: readonly Lowering[]) {
    const { values, nodes, exports } = program;
    const lowerings = [...lowered];
    this.program = { ...program, nodes: [...nodes] };
    this.lowerings = lowerings;
    this.exported = new Set(exports);
    this.producer = new Int32Array(values.length).fill(-1);
    this.root = Int32Array.from(values.keys());
    this.consumers = values.map(() => []);
    this.unit = Int32Array.from(nodes.keys());
    this.fills = new Uint8Array(nodes.length);
    nodes.forEach((node, n) => {
      for (const v of node.outputs) this.producer[v] = n;
      const lowering = lowerings[n]!;
      const [from] = node.inputs;
      const [to] = node.outputs;
      if (lowering.kind === 'alias' && lowering.byteOffset === 0 && this.size(from!) === this.size(to!)) {
        this.root[to!] = this.root[from!]!;
      }
      const reads = this.reads(n);
      for (const v of reads) this.consumers[v]!.push(n);
      const constant = lowering.kind === 'pointwise' && reads.every((v) => this.fills[this.producer[v]!] === INLINED);
      this.fills[n] = constant ? INLINED : 0;
    });
    // A parameter that begins as ones is read from memory like any other, so that the first step uses the kernels of
    // the next ones.
    nodes.forEach(({ outputs }, n) => {
      if (this.fills[n] !== INLINED) return;
      const readers = outputs.flatMap((v) => this.consumers[v]!);
      const isKept = outputs.some((v) => this.exported.has(v)) || readers.some((c) => lowerings[c]!.kind === 'pack');
      // A fill that reads a stored one cannot be inlined, so one that other fills read is not stored.
      if (isKept && !readers.some((c) => this.fills[c] !== 0)) this.fills[n] = STORED;
    });
  }

  run(): LoweredProgram {
    this.program.nodes.forEach((_, n) => {
      if (this.isPointwise(n) && !this.isFill(n)) {
        this.members.set(n, [n]);
        this.join(n);
      }
    });
    const clusters = () => [...this.members.keys()].filter((unit) => !this.heads.has(unit));
    // A kernel that loads through a prologue line, such as a reduction, has larger inputs than results, so its prologue
    // comes first.
    for (const unit of clusters()) this.attach(unit, (head) => !this.loads(head));
    for (const unit of clusters()) this.prepend(unit);
    for (const unit of clusters()) this.attach(unit, (head) => this.loads(head));
    const nodes: ProgramNode[] = [];
    const lowerings: Lowering[] = [];
    for (const unit of this.order()) {
      const cluster = this.members.get(unit);
      if (cluster) {
        const head = this.heads.get(unit);
        const fused = head === undefined ? this.fused(cluster) : this.fusedInto(head, cluster);
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

  /**
   * A pointwise node of constants only, such as a fill: cheaper to evaluate again than to read, unless it is stored.
   */
  private isFill(n: number): boolean {
    return this.fills[n]! > 0;
  }

  /** The values that a node reads. For pointwise nodes, a reshape counts as the value it reshapes. */
  private reads(n: number): readonly number[] {
    const { inputs } = this.program.nodes[n]!;
    return this.isPointwise(n) ? inputs.map((v) => this.root[v]!) : inputs;
  }

  /** Joins a node with the clusters that feed it, where the limits allow it. */
  private join(n: number): void {
    const count = this.size(this.program.nodes[n]!.outputs[0]!);
    for (const v of this.reads(n)) {
      const p = this.producer[v]!;
      if (!this.isPointwise(p) || this.isFill(p) || this.size(v) !== count) continue;
      const mine = this.unit[n]!;
      const theirs = this.unit[p]!;
      if (mine === theirs) continue;
      if (this.members.get(theirs)!.length + this.members.get(mine)!.length > MAX_MEMBERS) continue;
      const joined = [...this.members.get(theirs)!, ...this.members.get(mine)!].sort((a, b) => a - b);
      if (this.buffers(joined) > MAX_BUFFERS || this.wouldCycle(mine, theirs, n)) continue;
      this.members.delete(mine);
      this.members.delete(theirs);
      const first = joined[0]!;
      this.members.set(first, joined);
      for (const m of joined) this.unit[m] = first;
    }
  }

  /**
   * Makes a cluster the epilogue of the kernel that computes one of its inputs, if no other node reads that input and
   * all other inputs are ready by then. If the input, or a reshape of it, is exported, the kernel stores it besides the
   * results.
   */
  private attach(unit: number, accepts: (head: number) => boolean): void {
    const cluster = this.members.get(unit)!;
    for (const v of this.externals(cluster).sort((a, b) => b - a)) {
      const head = this.producer[v]!;
      if (
        head < 0 ||
        !accepts(head) ||
        this.isRead(v, new Set(cluster), new Set()) ||
        this.members.has(this.unit[head]!) ||
        !this.canHead(head, v, cluster)
      )
        continue;
      if (this.wouldCycle(unit, head)) continue;
      this.members.delete(unit);
      const joined = [head, ...cluster];
      this.members.set(head, joined);
      this.heads.set(head, head);
      for (const n of joined) this.unit[n] = head;
      return;
    }
  }

  /** Whether a node's kernel loads through the line that a prologue replaces, or has one already. */
  private loads(n: number): boolean {
    const lowering = this.lowerings[n]!;
    const first = lowering.kind === 'passes' ? lowering.passes[0] : undefined;
    return first !== undefined && (takesPrologue(first) || first.extras !== undefined);
  }

  /**
   * Makes a cluster the prologue of the only kernel that reads its only result, if that kernel loads it element by
   * element.
   */
  private prepend(unit: number): void {
    const cluster = this.members.get(unit)!;
    const [v, ...more] = this.outputs(cluster);
    if (v === undefined || more.length > 0 || this.exported.has(v)) return;
    const reader = this.onlyReader(v);
    const externals = this.externals(cluster);
    const slot = externals.findIndex((x) => isFloat(this.program.values[x]!.dtype));
    if (reader < 0 || slot < 0 || !this.canPrepend(reader, v, externals.length)) return;
    const node = this.program.nodes[reader]!;
    const { values } = this.program;
    const outside = (u: number, pairs: boolean) => this.source(externals, u, pairs);
    const { members, memberOf } = this.describe(cluster, outside, node.scalarBase);
    const description = { members, externals: externals.map((x) => values[x]!), outputs: [memberOf(v)] };
    this.consumers[node.inputs[0]!] = this.consumers[node.inputs[0]!]!.filter((n) => n !== reader);
    const kernel = { node, lowering: this.lowerings[reader] as PassesLowering, fused: this.recordedNodesOf(cluster) };
    const fused = inlining.now.prepended(kernel, description, externals, slot);
    this.program.nodes[reader] = fused.node;
    this.lowerings[reader] = fused.lowering;
    this.members.delete(unit);
    for (const n of cluster) this.unit[n] = this.unit[reader]!;
  }

  /**
   * The only node that reads a value or a reshape of it, if that node is not pointwise; -1 if there is none, or
   * several.
   */
  private onlyReader(v: number): number {
    const [reader, ...more] = this.consumers[v]!.filter((n) => this.unit[n] !== this.unit[this.producer[v]!]);
    if (reader === undefined || more.length > 0 || this.isPointwise(reader) || this.exported.has(v)) return -1;
    const [to] = this.program.nodes[reader]!.outputs;
    const reshapes = this.lowerings[reader]!.kind === 'alias' && this.root[to!] === this.root[v];
    return reshapes ? this.onlyReader(to!) : reader;
  }

  private canPrepend(reader: number, v: number, externals: number): boolean {
    const node = this.program.nodes[reader]!;
    const lowering = this.lowerings[reader]!;
    if (lowering.kind !== 'passes' || this.members.has(this.unit[reader]!) || node.op.inPlace?.(node.attrs).length)
      return false;
    const [first, ...rest] = lowering.passes;
    if (!first || !takesPrologue(first) || this.program.values[v]!.dtype !== 'float32') return false;
    const readsFirst = (pass: Pass) => pass.reads.some((o) => o.from === 'input' && o.index === 0);
    const [x] = first.reads;
    const once = x?.from === 'input' && x.index === 0 && !rest.some(readsFirst);
    const alone =
      node.inputs.every((u, i) => i === 0 || this.root[u] !== this.root[v]) && this.root[node.inputs[0]!] === v;
    return once && alone && first.reads.length + first.writes.length + externals - 1 <= MAX_BUFFERS;
  }

  private canHead(head: number, v: number, cluster: readonly number[]): boolean {
    const node = this.program.nodes[head]!;
    const lowering = this.lowerings[head]!;
    const outputs = this.outputs(cluster);
    const { values } = this.program;
    if (lowering.kind !== 'passes' || node.outputs[0] !== v || node.op.inPlace?.(node.attrs).length) return false;
    if (this.size(v) !== this.size(outputs[0]!) || values[v]!.dtype !== 'float32') return false;
    if (!outputs.some((y) => isFloat(values[y]!.dtype))) return false;
    const last = lowering.passes.at(-1);
    if (!last || !takesEpilogue(last)) return false;
    const writes = lowering.passes.flatMap((pass) => pass.writes).filter((o) => o.from === 'output' && o.index === 0);
    const stored = this.externals(cluster).length + outputs.length + (this.isRead(v, new Set(cluster)) ? 1 : 0);
    const buffers = last.reads.length + last.writes.length + stored - 2;
    return writes.length === 1 && buffers <= MAX_BUFFERS;
  }

  private buffers(cluster: readonly number[]): number {
    return this.externals(cluster).length + this.outputs(cluster).length;
  }

  /** The values that a cluster reads from memory. */
  private externals(cluster: readonly number[]): number[] {
    const inside = new Set(cluster);
    const read = new Set<number>();
    for (const n of cluster) {
      for (const v of this.reads(n)) {
        const p = this.producer[v]!;
        if (!inside.has(p) && this.fills[p] !== INLINED) read.add(v);
      }
    }
    return [...read];
  }

  /** The values of a cluster that are exported or read outside of it. */
  private outputs(cluster: readonly number[]): number[] {
    const inside = new Set(cluster);
    return cluster.map((n) => this.program.nodes[n]!.outputs[0]!).filter((v) => this.isRead(v, inside));
  }

  /** Whether a value or a reshape of it is exported, or read by a node other than those of `inside`. */
  private isRead(v: number, inside: ReadonlySet<number>, exported = this.exported): boolean {
    return (
      exported.has(v) ||
      this.consumers[v]!.some((n) => {
        if (inside.has(n)) return false;
        const [to] = this.program.nodes[n]!.outputs;
        const reshapes = this.lowerings[n]!.kind === 'alias' && this.root[to!] === this.root[v];
        return !reshapes || this.isRead(to!, inside, exported);
      })
    );
  }

  /** Whether a node outside of clusters has to run. A fill or reshape need not if all its readers bypass it. */
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

  /**
   * Whether a path leads from one of two units to the other through a third, so that joining them would make a cycle.
   * `last`: if both units, and all clusters, end at or before this node, no path beyond it leads back, so the search
   * stops there.
   */
  private wouldCycle(a: number, b: number, last = this.unit.length): boolean {
    const seen = new Set<number>([a, b]);
    const stack: number[] = [];
    for (const unit of [a, b]) for (const next of this.successors(unit, last)) if (!seen.has(next)) stack.push(next);
    while (stack.length > 0) {
      const unit = stack.pop()!;
      if (seen.has(unit)) continue;
      seen.add(unit);
      for (const next of this.successors(unit, last)) {
        if (next === a || next === b) return true;
        stack.push(next);
      }
    }
    return false;
  }

  private successors(unit: number, last: number): number[] {
    const units: number[] = [];
    for (const n of this.members.get(unit) ?? [unit]) {
      for (const v of this.program.nodes[n]!.outputs) {
        // Consumers are in the order in which they run, so stop early: a value may have one for each element of a long
        // sequence.
        for (const c of this.consumers[v]!) {
          if (c > last) break;
          units.push(this.unit[c]!);
        }
      }
    }
    return units;
  }

  /** Units in topological order; where that leaves a choice, in the recorded order of their last nodes. */
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

  private fused(cluster: readonly number[]): Fused {
    const { values } = this.program;
    const externals = this.externals(cluster);
    const outputs = this.outputs(cluster);
    const { members, memberOf } = this.describe(cluster, (v, pairs) => this.source(externals, v, pairs), 0);
    const description: Cluster = {
      members,
      externals: externals.map((v) => values[v]!),
      outputs: outputs.map(memberOf),
    };
    const lowering: Lowering = {
      kind: 'passes',
      passes: [clusterPass(description)],
      overwrites: mergesOf(description).map((merge) => ({
        input: merge.external,
        output: merge.output,
        passes: () => [clusterPass(description, merge)],
      })),
    };
    const op: KernelOp = { name: 'pointwise', lower: () => lowering };
    const fused = this.recordedNodesOf(cluster);
    const node: ProgramNode = {
      op,
      attrs: undefined,
      inputs: externals,
      outputs,
      scalarBase: 0,
      scalarCount: 0,
      fused,
    };
    return { node, lowering };
  }

  private recordedNodesOf(cluster: readonly number[]): ProgramNode[] {
    return cluster.flatMap((n) => recordedNodes(this.program.nodes[n]!));
  }

  /** The kernel of `head` with the rest of its unit as its epilogue. */
  private fusedInto(head: number, unit: readonly number[]): Fused {
    const { values, nodes } = this.program;
    const node = nodes[head]!;
    const stored = node.outputs[0]!;
    const cluster = unit.filter((n) => n !== head);
    const externals = this.externals(cluster).filter((v) => v !== stored);
    const outputs = this.outputs(cluster);
    const main = outputs.find((y) => isFloat(values[y]!.dtype))!;
    const others = outputs.filter((y) => y !== main);
    const outside = (v: number, pairs: boolean) =>
      this.root[v] === stored ? 'stored' : this.source(externals, v, pairs);
    const { members, memberOf } = this.describe(cluster, outside, node.scalarBase);
    const epilogue = {
      members,
      externals: externals.map((v) => values[v]!),
      main: memberOf(main),
      others: others.map(memberOf),
      ...(this.isRead(stored, new Set(cluster)) && others.push(stored) && { stored: values[stored]! }),
    };
    const kernel = { node, lowering: this.lowerings[head] as PassesLowering, fused: this.recordedNodesOf(cluster) };
    return inlining.now.appended(kernel, epilogue, externals, [main, ...others]);
  }

  /**
   * The source of a value in memory: one of `externals`, read in the value's own shape. `pairs`: its elements are
   * pairs.
   */
  private source(externals: readonly number[], v: number, pairs: boolean): Source {
    const meta = this.program.values[v]!;
    const external = externals.indexOf(this.root[v]!);
    return pairs ? { external, meta: { ...meta, shape: meta.shape.slice(0, -1) }, pairs } : { external, meta };
  }

  /**
   * The members of a cluster and the fills they use, each after its arguments. Indices of scalars are relative to
   * `scalarBase`.
   */
  private describe<S extends Source | 'stored'>(
    cluster: readonly number[],
    outside: (v: number, pairs: boolean) => S,
    scalarBase: number,
  ) {
    const { values, nodes } = this.program;
    const index = new Map<number, number>();
    const members: (Omit<Member, 'inputs'> & { readonly inputs: readonly (S | { readonly member: number })[] })[] = [];
    const add = (n: number): number => {
      const known = index.get(n);
      if (known !== undefined) return known;
      const node = nodes[n]!;
      const { body } = this.lowerings[n] as { body: PointwiseBody };
      const inputs = node.inputs.map((v, i) => {
        const p = this.producer[this.root[v]!]!;
        if (this.fills[p] === INLINED || cluster.includes(p)) return { member: add(p) };
        return outside(v, i === body.pairs);
      });
      const scalars = Array.from({ length: node.scalarCount }, (_, i) => node.scalarBase - scalarBase + i);
      members.push({ name: node.op.name, body, inputs, scalars, result: values[node.outputs[0]!]! });
      index.set(n, members.length - 1);
      return members.length - 1;
    };
    for (const n of cluster) add(n);
    return { members, memberOf: (v: number) => index.get(this.producer[v]!)! };
  }
}
