// Explains plans: the kernels in order, the operations fused into each, and the memory of each. Pure; needs no GPU.

import { numel, type Shape, showShape } from '../core/meta';
import { codeOf } from '../wgsl/kernel-code';
import { type Program, type ProgramNode, paramsOf, recordedNodes } from './ir';
import { locationsReadEachTime, operandsOf, type Plan, type Step } from './plan';

/** An operation as it was recorded. */
export interface ExplainedOp {
  readonly name: string;
  /**
   * The path of the module that recorded it, such as `features.0` or `features.0 backward`; an optimizer's name; or ''.
   */
  readonly place: string;
  /** The shape of its first result. */
  readonly shape: Shape;
}

export interface ExplainedBinding {
  readonly kind: 'read' | 'write' | 'uniform';
  readonly bytes: number;
}

/** One dispatch. */
export interface ExplainedKernel {
  readonly label: string;
  /** Workgroups. */
  readonly grid: readonly [number, number, number];
  readonly bindings: readonly ExplainedBinding[];
  /** The operations it computes; empty for a copy. A kernel of several dispatches has the same operations in each. */
  readonly ops: readonly ExplainedOp[];
  /** The WGSL that runs. */
  readonly code: string;
}

/** Memory of a value. */
export interface ExplainedBuffer {
  readonly kind: 'input' | 'intermediate' | 'export';
  readonly bytes: number;
  /** Numbers of the first and last kernel that touch it, from 1; 0 is before all of them. */
  readonly first: number;
  readonly last: number;
}

/** The work of one flush, in one submit as a rule. */
export interface ExplainedPlan {
  readonly kernels: readonly ExplainedKernel[];
  /** Dispatches whose results are kept: they run once, and again after a parameter that they read was written. */
  readonly kept: readonly ExplainedKernel[];
  /** Operations that cost nothing: views, reshapes, constants that are evaluated at their uses, and duplicates. */
  readonly free: readonly ExplainedOp[];
  readonly buffers: readonly ExplainedBuffer[];
  /** The peak of the bytes of intermediates that exist at the same time. */
  readonly peakBytes: number;
  /** The bytes of each input that comes from the host. */
  readonly uploads: readonly number[];
  /** Small inputs and outputs copied beside the kernels, in the same submit. */
  readonly copies: number;
  /** Numbers that may differ from run to run without compiling anew, such as a learning rate. */
  readonly scalars: number;
  readonly dispatches: number;
  /** Whether the plan was in the cache. */
  readonly cached: boolean;
  /** How often the function ran the plan. */
  readonly runs: number;
  toString(): string;
}

/** The program of a plan, and how the plan was run. */
export interface PlanOrigin {
  readonly program: Program;
  /** For each input: whether its contents come from the host. */
  readonly uploads: readonly boolean[];
  readonly cached: boolean;
  readonly runs: number;
}

export function explainPlan(plan: Plan, { program, uploads, cached, runs }: PlanOrigin): ExplainedPlan {
  const { values } = program;
  const explainOp = ({ op, place = '', outputs }: ProgramNode): ExplainedOp => ({
    name: op.name,
    place,
    // A value that the compiler made is not among the program's values.
    shape: values[outputs[0]!]?.shape ?? [],
  });
  const recorded = plan.steps.flatMap(({ node }) => (node ? recordedNodes(node) : []));
  const computed = new Set(recorded.map((node) => identityOf(node, values.length)));
  const buffers = explainBuffers(plan);
  const read = locationsReadEachTime(plan);
  const steady = plan.steps.filter(({ kept }) => !kept);
  const explain = (step: Step) => explainKernel(step, (node) => recordedNodes(node).map(explainOp));
  const explained = {
    kernels: steady.map(explain),
    kept: plan.steps.filter(({ kept }) => kept).map(explain),
    free: program.nodes
      .filter((node) => !computed.has(node.outputs[0]!) && !computed.has(titleOf(node)))
      .map(explainOp),
    buffers,
    peakBytes: peakOf(buffers, steady.length),
    uploads: plan.inputs.flatMap((_, i) => (uploads[i] ? [plan.locations[i]!.bytes] : [])),
    copies:
      plan.inputs.filter((mode, i) => mode === 'copy' && !uploads[i] && read.has(i)).length +
      plan.exports.filter(({ kind }) => kind === 'copy').length,
    scalars: program.nodes.reduce((sum, { scalarCount }) => sum + scalarCount, 0),
    dispatches: steady.length,
    cached,
    runs,
  };
  return { ...explained, toString: () => showPlan(explained) };
}

/**
 * What identifies a node across compiler passes, which make nodes anew: its result, or, if that is new too, its title.
 */
const identityOf = (node: ProgramNode, recorded: number): number | string =>
  node.outputs[0]! < recorded ? node.outputs[0]! : titleOf(node);

const titleOf = ({ op, place = '' }: ProgramNode): string => `${place} ${op.name}`;

function explainKernel({ pass, addresses, node }: Step, ops: (node: ProgramNode) => ExplainedOp[]): ExplainedKernel {
  const bindings = operandsOf(pass).map(({ kind }, i): ExplainedBinding => {
    const address = addresses[i]!;
    return { kind: kind === 'r' ? 'read' : 'write', bytes: address === 'fault' ? 0 : address.bytes };
  });
  const uniforms = [pass.params, pass.extras?.params].flatMap((params): ExplainedBinding[] => {
    const { length } = paramsOf(params);
    return length > 0 ? [{ kind: 'uniform', bytes: 4 * length }] : [];
  });
  return {
    label: pass.label,
    grid: pass.grid,
    bindings: [...bindings, ...uniforms],
    ops: node ? ops(node) : [],
    get code() {
      return codeOf(pass);
    },
  };
}

/** The plan's buffers. Their lives are counted in kernels that run each time; kept ones come before those. */
function explainBuffers({ locations, steps }: Plan): ExplainedBuffer[] {
  const before = steps.filter(({ kept }) => kept).length;
  const count = steps.length - before;
  return locations.flatMap(({ bytes, input, export: exported, kept, ...lives }): ExplainedBuffer[] => {
    const [first, last] = [lives.first - before, lives.last - before];
    const end = Math.max(0, Math.min(last + 1, count));
    if (input !== undefined) return [{ kind: 'input', bytes, first: 0, last: end }];
    if (lives.last < 0 || kept) return [];
    return [{ kind: exported === undefined ? 'intermediate' : 'export', bytes, first: first + 1, last: end }];
  });
}

function peakOf(buffers: readonly ExplainedBuffer[], steps: number): number {
  let peak = 0;
  for (let s = 1; s <= steps; s++) {
    const alive = buffers.filter(({ kind, first, last }) => kind === 'intermediate' && first <= s && s <= last);
    peak = Math.max(
      peak,
      alive.reduce((sum, { bytes }) => sum + bytes, 0),
    );
  }
  return peak;
}

/** `3.2 MB` */
export function showBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB'];
  let size = bytes / 1000;
  let unit = 0;
  for (; size >= 999.5 && unit < 2; unit++) size /= 1000;
  return `${size < 9.95 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

const counted = (n: number, noun: string, plural = `${noun}s`): string => `${n} ${n === 1 ? noun : plural}`;

/** The lives of this many intermediates are listed, the largest first. */
const MAX_LIVES = 8;
const INDENT = '      ';

function showPlan(plan: Omit<ExplainedPlan, 'toString'>): string {
  const { kernels, kept, free, buffers, peakBytes, uploads, copies, scalars, cached, runs } = plan;
  const labels = kernels.map(({ label }) => label);
  const grids = kernels.map(({ grid }) => showGrid(grid));
  const wide = (texts: readonly string[], limit: number) =>
    Math.min(limit, Math.max(0, ...texts.map(({ length }) => length)));
  const [labelWidth, gridWidth] = [wide(labels, 40), wide(grids, 16)];
  const lines = [
    `${counted(kernels.length, 'dispatch', 'dispatches')} in 1 submit, ${counted(copies, 'copy', 'copies')}, ` +
      `${cached ? 'compiled before' : 'not compiled yet'}${runs > 1 ? `, ran ${runs} times` : ''}`,
  ];
  kernels.forEach(({ bindings, ops }, k) => {
    lines.push(
      `${String(k + 1).padStart(4)}  ${labels[k]!.padEnd(labelWidth)}  ${grids[k]!.padEnd(gridWidth)}  ` +
        `${showSizes(bindings, 'read')} → ${showSizes(bindings, 'write')}`,
    );
    const computes = showOps(ops);
    if (computes !== '') lines.push(`${INDENT}${computes}`);
  });
  if (kept.length > 0)
    lines.push(
      `kept  ${counted(kept.length, 'dispatch', 'dispatches')} when parameters change: ${showOps(kept.flatMap(({ ops }) => ops))}`,
    );
  if (free.length > 0) lines.push(`free  ${showOps(free)}`);
  lines.push(`mem   ${showMemory(buffers, peakBytes, uploads, scalars)}`);
  const lives = buffers.filter(({ kind }) => kind === 'intermediate').sort((a, b) => b.bytes - a.bytes);
  for (const { bytes, first, last } of lives.slice(0, MAX_LIVES)) {
    lines.push(`${INDENT}${showBytes(bytes).padStart(7)} from kernel ${first} to ${last}`);
  }
  if (lives.length > MAX_LIVES) lines.push(`${INDENT}and ${lives.length - MAX_LIVES} smaller`);
  return lines.join('\n');
}

const showGrid = (grid: readonly number[]): string =>
  grid
    .slice(0, grid[2] !== 1 ? 3 : grid[1] !== 1 ? 2 : 1)
    .map(String)
    .join('×');

function showSizes(bindings: readonly ExplainedBinding[], kind: ExplainedBinding['kind']): string {
  const sizes = bindings.filter((binding) => binding.kind === kind && binding.bytes > 0);
  return sizes.map(({ bytes }) => showBytes(bytes)).join(' + ') || 'nothing';
}

/** `conv1: conv2d [8, 4, 26, 26], relu; conv1 backward: …` with runs of the same operation counted. */
function showOps(ops: readonly ExplainedOp[]): string {
  const groups: { place: string; names: { name: string; shape: Shape; count: number }[] }[] = [];
  for (const { name, place, shape } of ops) {
    let group = groups.at(-1);
    if (group?.place !== place) {
      group = { place, names: [] };
      groups.push(group);
    }
    const last = group.names.at(-1);
    if (last?.name === name) last.count++;
    else group.names.push({ name, shape, count: 1 });
  }
  const names = (group: (typeof groups)[number]) =>
    group.names
      .map(({ name, shape, count }) =>
        count > 1 ? `${name} ×${count}` : `${name}${numel(shape) > 1 ? ` ${showShape(shape)}` : ''}`,
      )
      .join(', ');
  return groups.map((group) => `${group.place === '' ? '' : `${group.place}: `}${names(group)}`).join('; ');
}

function showMemory(
  buffers: readonly ExplainedBuffer[],
  peakBytes: number,
  uploads: readonly number[],
  scalars: number,
): string {
  const sum = (sizes: readonly number[]) => showBytes(sizes.reduce((total, bytes) => total + bytes, 0));
  const of = (kind: ExplainedBuffer['kind']) =>
    buffers.filter((buffer) => buffer.kind === kind).map(({ bytes }) => bytes);
  const [inputs, exports, between] = [of('input'), of('export'), of('intermediate')];
  return [
    `${counted(inputs.length, 'input')} ${sum(inputs)}`,
    ...(uploads.length > 0 ? [`${uploads.length} of them uploaded, ${sum(uploads)}`] : []),
    ...(exports.length > 0 ? [`${counted(exports.length, 'result')} in memory of their own ${sum(exports)}`] : []),
    `${counted(between.length, 'intermediate')} ${sum(between)}, at most ${showBytes(peakBytes)} at once`,
    ...(scalars > 0 ? [counted(scalars, 'dynamic number')] : []),
  ].join('; ');
}
