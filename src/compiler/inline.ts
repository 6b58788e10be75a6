// Pointwise expressions inside other kernels: as an epilogue where a kernel stores an element, as a prologue where it loads one.
import { invariant } from '../errors';
import { input, output, type Param, type Pass, scalar } from './ir';
import { type Meta, numel, scalarOf } from './meta';
import { type Cluster, fieldsOf, functionsOf, type Member, type Source } from './pointwise';
import { arrayOf, broadcastIndex, evaluation } from './reading';

/** The line of a kernel that stores an element of its first output, and that an epilogue replaces. */
const STORE = 'fn store(at: u32, value: f32) { y[at] = value; }';

/** The lines of a kernel that load from its first input, and that a prologue replaces: an element, or four. */
const loadLines = {
  1: {
    function: 'fn load(at: u32) -> Element { return x[at]; }',
    declaration: /@group\(0\) @binding\(0\) var<storage, read> x: array<[^;]*;/,
  },
  4: {
    function: 'fn load4(at: u32) -> Quad { return x4[at]; }',
    declaration: /@group\(0\) @binding\(0\) var<storage, read> x4: array<[^;]*;/,
  },
} as const;

/** Entries of kernels that load elements in fours. */
const entriesInFours = new Set(['along', 'across']);

const lanesOf = ({ entry }: Pass): 1 | 4 => (entry !== undefined && entriesInFours.has(entry) ? 4 : 1);

/** Expressions that take the stored element (`'stored'`), values in memory, and each other's results. */
export interface Epilogue {
  readonly members: readonly EpilogueMember[];
  readonly externals: readonly Meta[];
  /** The member whose result is stored in the kernel's first output; its dtype is stored as f32. */
  readonly main: number;
  /** Members whose results are stored in buffers of their own. */
  readonly others: readonly number[];
}

export type EpilogueMember = Omit<Member, 'inputs'> & { readonly inputs: readonly (Source | 'stored')[] };

/** Whether a pass stores through the line that an epilogue can replace. */
export const takesEpilogue = (pass: Pass): boolean => !pass.extras && pass.source.some((text) => text.includes(STORE));

/** The pass with the epilogue. Its externals are the node's inputs from `firstInput` on, its other results the outputs from `firstOutput` on. */
export function withEpilogue(pass: Pass, epilogue: Epilogue, firstInput: number, firstOutput: number): Pass {
  invariant(takesEpilogue(pass), `the kernel ${pass.label} takes no epilogue`);
  const { members, externals, others } = epilogue;
  const params: Param[] = members.flatMap(({ scalars, body }) => scalars.map((s) => scalar(s, body.scalarType)));
  const base = pass.reads.length + pass.writes.length + (pass.params?.length ? 1 : 0);
  const code = generate(epilogue, base);
  const libs = [...new Set(members.flatMap(({ body }) => body.lib ?? []))].filter((lib) => !pass.source.includes(lib));
  const names = members.filter(({ inputs }) => inputs.length > 0).map(({ name }) => name);
  return {
    ...pass,
    label: `${pass.label} ${names.join(' ')}`,
    // Behind the pass's own, which may begin with directives; WGSL minds no other order.
    source: [...pass.source.map((text) => text.replace(STORE, () => code)), ...libs],
    extras: {
      reads: externals.map((_, e) => input(firstInput + e)),
      writes: others.map((_, o) => output(firstOutput + o)),
      params,
    },
  };
}

/** Whether a pass loads a float through the line that a prologue can replace. */
export const takesPrologue = (pass: Pass): boolean =>
  !pass.extras &&
  pass.source.some((text) => text.includes(loadLines[lanesOf(pass)].function)) &&
  pass.source.some((text) => text.includes('alias Element = f32;'));

/**
 * The pass with a cluster of one result evaluated where it loads. The external numbered `slot`, a float, takes the place of the
 * pass's first input; the others are the node's inputs from `firstInput` on, in order.
 */
export function withPrologue(pass: Pass, cluster: Cluster, slot: number, firstInput: number): Pass {
  invariant(takesPrologue(pass), `the kernel ${pass.label} takes no prologue`);
  const { members, externals, outputs } = cluster;
  const params: Param[] = members.flatMap(({ scalars, body }) => scalars.map((s) => scalar(s, body.scalarType)));
  const base = pass.reads.length + pass.writes.length + (pass.params?.length ? 1 : 0);
  const others = externals.map((_, e) => e).filter((e) => e !== slot);
  const lanes = lanesOf(pass);
  const scalarNames = members.map(({ scalars }, m) => scalars.map((_, i) => `prologue_params.m${m}s${i}`));
  const {
    lines: body,
    inFours,
    typeOf,
  } = evaluation({
    members,
    externals,
    lanes,
    count: numel(members[outputs[0]!]!.result.shape),
    nameOf: (e) => `prologue_x${e}`,
    call: (m, args) => `prologue${m}(${[...args, ...scalarNames[m]!].join(', ')})`,
  });
  const declare = (e: number, binding: number) => {
    const type = arrayOf(typeOf(e), Math.ceil(numel(externals[e]!.shape) / (inFours[e] ? 4 : 1)));
    return `@group(0) @binding(${binding}) var<storage, read> prologue_x${e}: ${type};`;
  };
  const lines = others.map((e, i) => declare(e, base + i));
  const fields = fieldsOf(members);
  if (fields.length > 0) {
    lines.push(`struct PrologueParams { ${fields.join(', ')} }`);
    lines.push(`@group(0) @binding(${base + others.length}) var<uniform> prologue_params: PrologueParams;`);
  }
  lines.push(...functionsOf(members, 'prologue'));
  const results = Array.from({ length: lanes }, (_, lane) => `v${outputs[0]}_${lane}`);
  if (lanes === 4) lines.push('fn load4(i: u32) -> Quad {', ...body, `  return Quad(${results.join(', ')});`, '}');
  else lines.push('fn load(i: u32) -> Element {', ...body, `  return ${results[0]};`, '}');
  const load = loadLines[lanes];
  const replaced = (text: string) =>
    text.includes(load.function)
      ? text.replace(load.function, () => lines.join('\n')).replace(load.declaration, () => declare(slot, 0))
      : text;
  const libs = [...new Set(members.flatMap(({ body }) => body.lib ?? []))].filter((lib) => !pass.source.includes(lib));
  const names = members.filter(({ inputs }) => inputs.length > 0).map((member) => member.name);
  return {
    ...pass,
    label: `${names.join(' ')} ${pass.label}`,
    source: [...pass.source.map(replaced), ...libs],
    extras: { reads: others.map((_, i) => input(firstInput + i)), writes: [], params },
  };
}

function generate({ members, externals, main, others }: Epilogue, base: number): string {
  const lines: string[] = [];
  externals.forEach((x, e) => {
    lines.push(`@group(0) @binding(${base + e}) var<storage, read> epilogue_x${e}: array<${scalarOf(x.dtype)}>;`);
  });
  others.forEach((m, o) => {
    const type = scalarOf(members[m]!.result.dtype);
    lines.push(
      `@group(0) @binding(${base + externals.length + o}) var<storage, read_write> epilogue_y${o}: array<${type}>;`,
    );
  });
  const fields = fieldsOf(members);
  if (fields.length > 0) {
    lines.push(`struct EpilogueParams { ${fields.join(', ')} }`);
    lines.push(
      `@group(0) @binding(${base + externals.length + others.length}) var<uniform> epilogue_params: EpilogueParams;`,
    );
  }
  lines.push(...functionsOf(members, 'epilogue'));
  lines.push('fn store(at: u32, value: f32) {');
  members.forEach(({ inputs, scalars, result }, m) => {
    const args = inputs.map((source) => {
      if (source === 'stored') return 'value';
      if ('member' in source) return `v${source.member}`;
      return `epilogue_x${source.external}[${broadcastIndex(source.meta.shape, result.shape, 'at')}]`;
    });
    const call = [...args, ...scalars.map((_, i) => `epilogue_params.m${m}s${i}`)].join(', ');
    lines.push(`  let v${m} = epilogue${m}(${call});`);
  });
  lines.push(`  y[at] = v${main};`);
  others.forEach((m, o) => {
    lines.push(`  epilogue_y${o}[at] = v${m};`);
  });
  lines.push('}');
  return lines.join('\n');
}
