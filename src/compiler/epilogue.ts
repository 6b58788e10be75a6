// Epilogues: pointwise expressions evaluated by the kernel that makes their input, at the moment it stores an element.
import { invariant } from '../errors';
import { input, output, type Param, type Pass, scalar } from './ir';
import { type Meta, scalarOf } from './meta';
import { broadcastIndex, fieldsOf, functionsOf, type Member, type Source } from './pointwise';

/** The line of a kernel that stores an element of its first output, and that an epilogue replaces. */
const STORE = 'fn store(at: u32, value: f32) { y[at] = value; }';

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
    source: [...libs, ...pass.source.map((text) => text.replace(STORE, () => code))],
    extras: {
      reads: externals.map((_, e) => input(firstInput + e)),
      writes: others.map((_, o) => output(firstOutput + o)),
      params,
    },
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
