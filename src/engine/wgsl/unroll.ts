// Unrolling of marked WGSL loops, so that register tiles live in registers on adapters whose compiler does not unroll.
import { LatePart } from '../core/late';

/** What writes marked sources out, which many programs do not need. */
export const writing = new LatePart('marked loops', () => import('./write-out'));

const constLine = /^const (\w+): u32 = (\d+)u;/gm;

/** What ends a line that is written out otherwise. */
const mark = /\/\/ (?:unroll|scalars|chain|constant)\b/;

const otherComment = new RegExp(`(?!${mark.source})//[^\\n]*`, 'g');

/** The source without comments, marks left in. */
export const withMarksAlone = (source: string): string => source.replace(otherComment, '');

/** Whether a source has marks, so that `writing` is needed. */
export const isMarked = (source: string): boolean => mark.test(source);

const unrolled = new Map<string, string>();
/** Characters of `unrolled`; past a limit it begins anew, so that ever-changing sizes do not pile up. */
let characters = 0;
const MAX_CHARACTERS = 1 << 23;

/**
 * The source with every loop marked `// unroll` written out, and those marked `// unroll up to 3`, or a constant, that turn so often or
 * less. The bound is a `const` of the source, whose value in `consts` counts before the default, or a literal. The result computes the
 * same, and the source is valid WGSL itself. A source without marks stays whole.
 * An array marked `// scalars`, whose every index must be a constant by then, becomes a variable for each element: WGSL compilers
 * take half as long for those, and some leave large arrays in memory. So does a variable marked `// chain`. In its block may follow only
 * assignments that use it once, and then one use of the result: it becomes a nested expression.
 * The block of an `if` marked `// constant` stays or goes.
 * Blocks that begin on a line of their own go, those of turns among them; names that meet become distinct. A name must not be declared by
 * an expression that uses another of that name. A variable that is assigned once, in the block that declares it and before it is read,
 * becomes a `let`.
 * Why: SwiftShader keeps an array in registers only if every index is a constant (measured: 7 to 10 times the speed). A variable is loads
 * and stores in SPIR-V, which a driver's optimiser has to see through (measured: a sixth of the time to compile).
 * @throws MissingParts where the source has marks and `writing` is not loaded
 */
export function unroll(source: string, consts: Readonly<Record<string, number>> = {}): string {
  if (!isMarked(source)) return source;
  const key = `${JSON.stringify(consts)}${source}`;
  let result = unrolled.get(key);
  if (result === undefined) {
    const sizes = new Map<string, number>();
    for (const [, name, value] of source.matchAll(constLine)) sizes.set(name!, consts[name!] ?? Number(value));
    result = writing.now.writtenOut(source, sizes);
    characters += key.length + result.length;
    if (characters > MAX_CHARACTERS) {
      unrolled.clear();
      characters = key.length + result.length;
    }
    unrolled.set(key, result);
  }
  return result;
}
