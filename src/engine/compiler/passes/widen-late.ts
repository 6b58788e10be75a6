// Makes float32 kernels read float16 values directly: each element is widened as it is loaded, instead of widening the
// whole value in memory first. Pure.

import { sameShape } from '../../core/meta';
import type { LoweredProgram, Lowering, Operand, Pass } from '../ir';

/** Removes the comments of a source, except marks. */
type Uncommented = (source: string) => string;

/**
 * Makes operations that can read float16 (`readsHalf`) read the input of a widening cast instead of its result.
 * `withMarksAlone` is the function of wgsl/unroll.ts; it is a parameter so that this late part need not import the
 * compiler.
 */
export function readHalves({ program, lowerings }: LoweredProgram, withMarksAlone: Uncommented): LoweredProgram {
  const { values } = program;
  /** For each value that is a widened copy: the float16 value. */
  const narrow = new Map<number, number>();
  program.nodes.forEach(({ inputs, outputs, scalarCount }, n) => {
    const lowering = lowerings[n]!;
    const [from, to] = [inputs[0]!, outputs[0]!];
    if (lowering.kind !== 'pointwise' || lowering.body.expr !== 'a0' || scalarCount > 0) return;
    const widens = values[from]!.dtype === 'float16' && values[to]!.dtype === 'float32';
    if (widens && sameShape(values[from]!.shape, values[to]!.shape)) narrow.set(to, from);
  });
  const changed = [...lowerings];
  const nodes = program.nodes.map((node, n) => {
    // An operation that overwrites an input also writes to it, so it must stay float32.
    if (!node.op.readsHalf || node.op.inPlace?.(node.attrs).length) return node;
    let lowering = changed[n]!;
    const inputs = node.inputs.map((v, i) => {
      const half = narrow.get(v);
      const reading = half === undefined ? null : readingHalf(lowering, i, withMarksAlone);
      if (half === undefined || !reading) return v;
      lowering = reading;
      return half;
    });
    changed[n] = lowering;
    return { ...node, inputs };
  });
  return { program: { ...program, nodes }, lowerings: changed };
}

/** The lowering with input `index` as float16; null if one of its kernels cannot read that. */
function readingHalf(lowering: Lowering, index: number, withMarksAlone: Uncommented): Lowering | null {
  if (lowering.kind !== 'passes') return null;
  const passes = lowering.passes.map((pass) => passReadingHalf(pass, index, withMarksAlone));
  if (!passes.every((pass) => pass !== null)) return null;
  return { kind: 'passes', passes, scratch: lowering.scratch };
}

/** For each float32 element type: the corresponding float16 type, and the type to widen it to. */
const elements: Readonly<Record<string, readonly [half: string, wide: string]>> = {
  f32: ['f16', 'f32'],
  vec2f: ['vec2<f16>', 'vec2f'],
  'vec2<f32>': ['vec2<f16>', 'vec2f'],
  vec4f: ['vec4<f16>', 'vec4f'],
  'vec4<f32>': ['vec4<f16>', 'vec4f'],
};

function passReadingHalf(pass: Pass, index: number, withMarksAlone: Uncommented): Pass | null {
  const isIt = (operand: Operand) => operand.from === 'input' && operand.index === index;
  let source: readonly string[] | null = pass.source;
  if (pass.extras?.reads.some(isIt)) return null;
  pass.reads.forEach((operand, binding) => {
    if (isIt(operand) && source) source = bindingReadingHalf(source.map(withMarksAlone), binding);
  });
  if (!source) return null;
  // Endings are made for kernels that read float32, so this pass has none.
  const { ending: _, ...alone } = pass;
  const { general, often, ...others } = pass.variants ?? {};
  const generalHalf = general && passReadingHalf(general, index, withMarksAlone);
  if (generalHalf === null) return null;
  const half = { ...alone, source, variants: { ...others, ...(generalHalf && { general: generalHalf }) } };
  const late = often && { often: () => passReadingHalf(often(), index, withMarksAlone) ?? half };
  return { ...half, variants: { ...half.variants, ...late } };
}

/** Matches the declarations of a read-only binding: one for each element type that entry points read it as. */
const declarationsAt = (binding: number) =>
  new RegExp(
    `(@group\\(0\\) @binding\\(${binding}\\) var<storage, read> (\\w+): array<)(\\w+(?:<f32>)?)((?:, \\d+)?>;)`,
    'g',
  );

/**
 * A source without comments, changed to bind an array of float16 and to widen each element as it is read; null if it
 * cannot.
 */
function bindingReadingHalf(code: readonly string[], binding: number): readonly string[] | null {
  const declared = code.flatMap((text) => [...text.matchAll(declarationsAt(binding))]);
  const known = declared.every(([, , , type]) => elements[type!] !== undefined);
  if (declared.length === 0 || !known || declared.some(([, , name]) => isHidden(code, name!))) return null;
  return code.map((text) => {
    const typed = text.replace(
      declarationsAt(binding),
      (_, start: string, _name, type: string, end: string) => `${start}${elements[type]![0]}${end}`,
    );
    return declared.reduce((all, [, , name, type]) => widenReads(all, name!, elements[type!]![1]), typed);
  });
}

/** Whether a function also uses the name for a variable or parameter of its own. */
const isHidden = (code: readonly string[], name: string): boolean => {
  const other = new RegExp(`\\b(?:let|var|const) ${name}\\b|[(,]\\s*${name}\\s*:`);
  return code.some((text) => other.test(text));
};

/** Changes `name[…]` to `wide(name[…])`, inside the brackets, too. */
function widenReads(text: string, name: string, wide: string): string {
  const read = new RegExp(`\\b${name}\\[`, 'g');
  let result = '';
  let from = 0;
  for (let match = read.exec(text); match; match = read.exec(text)) {
    const start = read.lastIndex;
    const end = closing(text, start);
    result += `${text.slice(from, match.index)}${wide}(${name}[${widenReads(text.slice(start, end), name, wide)}])`;
    from = end + 1;
    read.lastIndex = from;
  }
  return result + text.slice(from);
}

/** The index of the bracket that closes the one opened just before `start`. */
function closing(text: string, start: number): number {
  let depth = 1;
  let at = start;
  for (; depth > 0 && at < text.length; at++) {
    if (text[at] === '[') depth++;
    else if (text[at] === ']') depth--;
  }
  return at - 1;
}
