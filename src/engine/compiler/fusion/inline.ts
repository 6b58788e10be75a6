// Puts pointwise expressions into other kernels: as an epilogue where the kernel stores an element, or as a prologue
// where it loads one.
import { invariant } from '../../core/errors';
import { type Meta, numel, storedOf } from '../../core/meta';
import { once } from '../../wgsl/once';
import {
  type Ending,
  input,
  output,
  type Param,
  type Pass,
  paramsOf,
  type Stage,
  scalar,
  varied,
  withEach,
} from '../ir';
import {
  finishLine,
  loadLanes,
  loadLines,
  stageLine,
  storeDeclarations,
  storeLanes,
  storeLines,
  takesEpilogue,
  takesPrologue,
} from './lines';
import { type Cluster, fieldsOf, functionsOf, libsOf, resultOf } from './pointwise';
import { type Evaluated, evaluation, type Lengths, Sizes, type StagedRead } from './read-inputs';

/** Expressions that take the stored element (`'stored'`), values in memory, and each other's results. */
export interface Epilogue {
  readonly members: readonly EpilogueMember[];
  readonly externals: readonly Meta[];
  /** The member whose result is stored in the kernel's first output; a float. */
  readonly main: number;
  /** Members whose results are stored in buffers of their own. */
  readonly others: readonly number[];
  /**
   * If the element is also stored as it was before the members: its shape and type. It goes to the last of those
   * buffers.
   */
  readonly stored?: Meta;
}

export type EpilogueMember = Evaluated;

/**
 * The pass with the epilogue put in where it stores an element, or (`'finish'`, one result only) before it pools
 * elements; of one result also where the kernel finishes an element, if it stores it later. The epilogue's externals are
 * the node's inputs from `firstInput` on, its other results the outputs from `firstOutput` on.
 */
export function withEpilogue(
  pass: Pass,
  given: Epilogue,
  firstInput: number,
  firstOutput: number,
  where: 'store' | 'finish' = 'store',
): Pass {
  invariant(takesEpilogue(pass), `the kernel ${pass.label} takes no epilogue`);
  const epilogue = withStored(given);
  const { members, externals, others } = epilogue;
  const stage = pass.stage?.where === where ? pass.stage : undefined;
  const base = bindingsOf(pass);
  const lanes = storeLanes(pass);
  const sizes = new Sizes();
  const halves = members[epilogue.main]!.result.dtype === 'float16';
  const place = stage?.finished && others.length === 0 && !halves ? 'finish' : where;
  const { code, staging, lengths } = generate(epilogue, base, lanes, place, sizes, stage);
  const params = [...sizes.params, ...scalarsOf(members)];
  const withStore = (text: string) => {
    const line = place === 'finish' ? finishLine : storeLineOf(text, lanes);
    const stored = withLines(text, line, code, staging);
    if (!halves || stored === text) return stored;
    return stored.replace(storeDeclarations[lanes], `$1<${lanes === 4 ? 'vec4<f16>' : 'f16'}$2`);
  };
  const libs = libsOf(members).filter((lib) => !pass.source.includes(lib));
  const names = members.filter(({ inputs, name }) => inputs.length > 0 && name).map(({ name }) => name);
  const alike = (other: Pass) => withEpilogue(other, epilogue, firstInput, firstOutput, where);
  const layerLengths = pass.variants?.layerLengths;
  const other = changed(pass, takesEpilogue, alike);
  return {
    ...(layerLengths ? varied(other, { layerLengths: { ...layerLengths, ...lengths } }) : other),
    ...(where === 'store' && !halves && { ending: endingOf(pass.variants?.general, epilogue, firstInput) }),
    label: `${pass.label} ${names.join(' ')}`,
    // After the pass's own source, which may begin with directives. WGSL accepts declarations in any order.
    source: [...pass.source.map((text) => once(withStore(text))), ...libs],
    extras: {
      reads: externals.map((_, e) => input(firstInput + e)),
      writes: others.map((_, o) => output(firstOutput + o)),
      params,
    },
  };
}

/** The epilogue with the unchanged element as one more member, if it is stored, too. */
function withStored({ stored, ...epilogue }: Epilogue): Epilogue {
  if (!stored) return epilogue;
  const { members, others } = epilogue;
  const member: EpilogueMember = { name: '', body: { expr: 'a0' }, inputs: ['stored'], scalars: [], result: stored };
  return { ...epilogue, members: [...members, member], others: [...others, members.length] };
}

/**
 * The pass with its alternatives changed as the pass itself is. Alternatives in `besides` that cannot take the change
 * are dropped.
 */
function changed(pass: Pass, takes: (other: Pass) => boolean, alike: (other: Pass) => Pass): Pass {
  const besides = pass.variants?.besides?.filter(takes);
  return withEach(besides ? varied(pass, { besides }) : pass, alike);
}

/**
 * The pass with a cluster of one result evaluated where it loads an element. External number `slot`, a float, replaces
 * the pass's first input. The other externals are the node's inputs from `firstInput` on, in order.
 */
export function withPrologue(pass: Pass, cluster: Cluster, slot: number, firstInput: number): Pass {
  invariant(takesPrologue(pass), `the kernel ${pass.label} takes no prologue`);
  const { members, externals, outputs } = cluster;
  const base = bindingsOf(pass);
  const others = externals.map((_, e) => e).filter((e) => e !== slot);
  const lanes = loadLanes(pass);
  const scalarNames = members.map(({ scalars }, m) => scalars.map((_, i) => `prologue_params.m${m}s${i}`));
  const sizes = new Sizes();
  const {
    lines: body,
    typeOf,
    widthOf,
  } = evaluation({
    members,
    externals,
    lanes,
    count: numel(members[outputs[0]!]!.result.shape),
    sizes,
    nameOf: (e) => `prologue_x${e}`,
    call: (m, args) => `prologue${m}(${[...args, ...scalarNames[m]!].join(', ')})`,
  });
  const declare = (e: number, binding: number) =>
    `@group(0) @binding(${binding}) var<storage, read> prologue_x${e}: array<${typeOf(e)}>;`;
  const lengths: Record<string, number> = { ...pass.variants?.lengths };
  for (const [e, x] of externals.entries()) lengths[`prologue_x${e}`] = numel(x.shape) / widthOf(e);
  const lines = others.map((e, i) => declare(e, base + i));
  const fields = [...sizes.fields, ...fieldsOf(members)];
  if (fields.length > 0) {
    lines.push(`struct PrologueParams { ${fields.join(', ')} }`);
    lines.push(`@group(0) @binding(${base + others.length}) var<uniform> prologue_params: PrologueParams;`);
  }
  lines.push(...functionsOf(members, 'prologue'));
  const results = Array.from({ length: lanes }, (_, lane) => `v${outputs[0]}_${lane}`);
  const all = [...sizes.loadsFrom('prologue_params'), ...body];
  if (lanes === 4) lines.push('fn load4(i: u32) -> Quad {', ...all, `  return Quad(${results.join(', ')});`, '}');
  else lines.push('fn load(i: u32) -> Element {', ...all, `  return ${results[0]};`, '}');
  const load = loadLines[lanes];
  const replaced = (text: string) =>
    text.includes(load.function)
      ? text.replace(load.function, () => lines.join('\n')).replace(load.declaration, () => declare(slot, 0))
      : text;
  const libs = libsOf(members).filter((lib) => !pass.source.includes(lib));
  const names = members.filter(({ inputs }) => inputs.length > 0).map((member) => member.name);
  const alike = (other: Pass) => withPrologue(other, cluster, slot, firstInput);
  return {
    ...varied(changed(pass, takesPrologue, alike), { lengths }),
    label: `${names.join(' ')} ${pass.label}`,
    source: [...pass.source.map((text) => once(replaced(text))), ...libs],
    extras: {
      reads: others.map((_, i) => input(firstInput + i)),
      writes: [],
      params: [...sizes.params, ...scalarsOf(members)],
    },
  };
}

/** The members' dynamic scalars as parameters of a pass. */
const scalarsOf = (members: readonly Evaluated[]): Param[] =>
  members.flatMap(({ scalars, body }) => scalars.map((s) => scalar(s, body.scalarType)));

interface Generated {
  readonly code: string;
  readonly staging: string;
  readonly lengths: Lengths;
}

/**
 * The code of an epilogue with the declarations of its buffers, which replaces the kernel's line that stores; and its
 * stage.
 */
function generate(
  epilogue: Epilogue,
  base: number,
  lanes: 1 | 4,
  where: 'store' | 'finish',
  sizes: Sizes,
  stage: Stage | undefined,
): Generated {
  const { members, externals, main, others } = epilogue;
  const lines: string[] = [];
  const count = numel(members[main]!.result.shape);
  const { typeOf, widthOf, fields, code, staging } = written(epilogue, lanes, where, sizes, stage);
  let binding = base;
  const lengths: Record<string, number> = {};
  externals.forEach((x, e) => {
    lengths[`epilogue_x${e}`] = numel(x.shape) / widthOf(e);
    lines.push(readsExternal(e, typeOf(e), binding++));
  });
  others.forEach((m, o) => {
    const type = storedOf(members[m]!.result.dtype);
    const store = lanes === 4 ? `vec4<${type}>` : type;
    lengths[`epilogue_y${o}`] = count / lanes;
    lines.push(`@group(0) @binding(${binding++}) var<storage, read_write> epilogue_y${o}: array<${store}>;`);
  });
  if (fields.length > 0) lines.push(epilogueParams(fields, binding));
  return { code: [...lines, code].join('\n'), staging, lengths };
}

const readsExternal = (e: number, type: string, binding: number): string =>
  `@group(0) @binding(${binding}) var<storage, read> epilogue_x${e}: array<${type}>;`;

const epilogueParams = (fields: readonly string[], binding: number): string =>
  `struct EpilogueParams { ${fields.join(', ')} }\n@group(0) @binding(${binding}) var<uniform> epilogue_params: EpilogueParams;`;

/** The functions of an epilogue and the fields of its parameters, with `tag` in their names. */
function written(
  { members, externals, main, others }: Epilogue,
  lanes: 1 | 4,
  where: 'store' | 'finish',
  sizes: Sizes,
  stage: Stage | undefined,
  tag = '',
) {
  const own = tag && `${tag}_`;
  const called = `epilogue${tag && `_${own}`}`;
  const prefix = stage ? `staged_${own}` : `epilogue_params.${own}`;
  const scalars = members.map((member, m) => member.scalars.map((_, i) => `${prefix}m${m}s${i}`));
  const {
    lines: body,
    staged,
    typeOf,
    widthOf,
  } = evaluation({
    members,
    externals,
    lanes,
    count: numel(members[main]!.result.shape),
    sizes,
    stage,
    staged: `staged_${own}`,
    nameOf: (e) => `epilogue_x${e}`,
    call: (m, args) => `${called}${m}(${[...args, ...scalars[m]!].join(', ')})`,
  });
  const lines = functionsOf(members, called);
  const stored = resultOf(members, main, lanes);
  const all = [...sizes.loadsFrom('epilogue_params', body), ...body];
  const name = tag && `_${tag}`;
  if (where === 'finish') lines.push('fn outputs_finish(i: u32, value: f32) -> f32 {', ...all, `  return ${stored};`);
  else if (lanes === 4) lines.push('fn store4(i: u32, value: vec4f) {', ...all, `  y4[i] = ${stored};`);
  else lines.push(`fn store${name}(i: u32, value: f32) {`, ...all, `  y[i] = ${stored};`);
  others.forEach((m, o) => {
    lines.push(`  epilogue_y${o}[i] = ${resultOf(members, m, lanes)};`);
  });
  lines.push('}');
  return {
    typeOf,
    widthOf,
    fields: [...sizes.fields, ...fieldsOf(members).map((field) => `${own}${field}`)],
    code: lines.join('\n'),
    staging: stage ? stagingOf(members, staged, sizes, tag) : stageLine.replace('stage', `stage${name}`),
  };
}

/**
 * The epilogue of a pass as one of several endings that a shared kernel can choose from. Only possible if the pass has
 * one output, and stores it element by element as floats.
 */
function endingOf(kernel: Pass | undefined, epilogue: Epilogue, firstInput: number): Ending | undefined {
  if (kernel?.writes.length !== 1 || storeLanes(kernel) !== 1 || epilogue.others.length > 0) return undefined;
  const { members, externals } = epilogue;
  const stage = kernel.stage?.where === 'store' ? kernel.stage : undefined;
  const write = (tag: string) => {
    const sizes = new Sizes(tag && `${tag}_`);
    return { sizes, ...written(epilogue, 1, 'store', sizes, stage, tag) };
  };
  const { sizes, typeOf } = write('');
  return {
    kernel,
    types: externals.map((_, e) => typeOf(e)),
    reads: externals.map((_, e) => input(firstInput + e)),
    libs: libsOf(members),
    params: [...sizes.params, ...scalarsOf(members)],
    written(tag) {
      const { fields, code, staging } = write(tag);
      return { fields, code: `${code}\n${staging}` };
    },
  };
}

/**
 * The pass's source with a choice of endings. The field `ending` of the parameters selects one by its number; a number
 * past the last stores values unchanged. The endings' bindings come after the pass's own.
 */
export function sourceWithEndings(pass: Pass, endings: readonly Ending[]): string[] {
  const base = bindingsOf(pass);
  const externals = Math.max(...endings.map(({ types }) => types.length));
  const parts = endings.map((ending, e) => ending.written(tagOf(e)));
  const chosen = (call: (e: number) => string, otherwise: string) =>
    `  switch (epilogue_params.ending) { ${parts.map((_, e) => `case ${e}u: { ${call(e)}; }`).join(' ')} default: { ${otherwise} } }`;
  const code = [
    ...Array.from({ length: externals }, (_, e) => readsExternal(e, 'f32', base + e)),
    epilogueParams(['ending: u32', ...parts.flatMap(({ fields }) => fields)], base + externals),
    ...parts.map((part) => part.code),
    `fn store(at: u32, value: f32) {`,
    chosen((e) => `store_${tagOf(e)}(at, value)`, 'y[at] = value;'),
    '}',
  ].join('\n');
  const staging = ['fn stage(at: u32) {', chosen((e) => `stage_${tagOf(e)}(at)`, ''), '}'].join('\n');
  const libs = new Set(endings.flatMap((ending) => ending.libs));
  return [
    ...pass.source.map((text) => withLines(text, storeLineOf(text, 1), code, staging)),
    ...[...libs].filter((lib) => !pass.source.includes(lib)),
  ];
}

const tagOf = (e: number): string => `e${e}`;

const storeLineOf = (text: string, lanes: 1 | 4): string => {
  const { floats, any } = storeLines[lanes];
  return text.includes(floats) ? floats : any;
};

/** The source with `line` replaced by `code`, and the stage line by `staging`; unchanged if it has no such line. */
const withLines = (text: string, line: string, code: string, staging: string): string =>
  text.includes(line) ? text.replace(line, () => code).replace(stageLine, () => staging) : text;

/**
 * Private variables for the inputs and scalars that all elements of a stage share, and the function that loads them
 * once. Otherwise each use of a scalar would be a load.
 */
function stagingOf(members: readonly Evaluated[], staged: readonly StagedRead[], sizes: Sizes, tag: string): string {
  const own = tag && `${tag}_`;
  const scalars = members.flatMap(({ scalars, body }, m) =>
    scalars.map((_, i) => ({ name: `m${m}s${i}`, type: body.scalarType ?? 'f32' })),
  );
  const reads = staged.map(({ from }) => from);
  return [
    ...scalars.map(({ name, type }) => `var<private> staged_${own}${name}: ${type};`),
    ...staged.map(({ name, type }) => `var<private> staged_${own}${name}: ${type};`),
    `fn stage${tag && `_${tag}`}(i: u32) {`,
    ...scalars.map(({ name }) => `  staged_${own}${name} = epilogue_params.${own}${name};`),
    ...sizes.loadsFrom('epilogue_params', reads),
    ...staged.map(({ name, from }) => `  staged_${own}${name} = ${from};`),
    '}',
  ].join('\n');
}

/** The number of buffers that a pass binds, its parameters included. */
const bindingsOf = ({ reads, writes, params }: Pass): number =>
  reads.length + writes.length + (paramsOf(params).length > 0 ? 1 : 0);
