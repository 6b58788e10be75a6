// Unrolls marked WGSL loops, so that register tiles are kept in registers on adapters whose compiler does not unroll.
import { LatePart } from '../core/late';

/** The late part that writes marked sources out. Many programs do not need it. */
export const writing = new LatePart('marked loops', () => import('./write-out'));

const constLine = /^const (\w+): u32 = (\d+)u;/gm;

/** A mark: the comment at the end of a line that is rewritten. */
const mark = /\/\/ (?:unroll|scalars|chain|constant)\b/;

const otherComment = new RegExp(`(?!${mark.source})//[^\\n]*`, 'g');

/** The source without comments, except marks. */
export const withMarksAlone = (source: string): string => source.replace(otherComment, '');

/** Whether a source has marks, so that `writing` is needed. */
export const isMarked = (source: string): boolean => mark.test(source);

const unrolled = new Map<string, string>();
/**
 * The characters in `unrolled`. Past a limit it is cleared, so that it does not grow without bound when sizes keep
 * changing.
 */
let characters = 0;
const MAX_CHARACTERS = 1 << 23;

/**
 * Writes out a marked source; README.md has the grammar. Source and result are both valid WGSL and compute the same. A
 * source without marks is returned unchanged.
 *
 * - `// unroll`: the loop is unrolled. `// unroll up to 3` (or a constant): only if it has at most that many
 * iterations. The bound is a
 *   literal or a `const` of the source; `consts` overrides the default of a `const`.
 * - `// scalars`: the array becomes one variable per element. Every index must be a constant after unrolling. WGSL compilers take
 *   half as long for variables, and some leave large arrays in memory.
 * - `// chain`: the variable becomes a nested expression. Only assignments that use it once, and then one use of the result, may
 *   follow in its block.
 * - `// constant`: the block of the `if` is kept or removed.
 *
 * The braces of blocks that begin on a line of their own are removed, including those of unrolled iterations, and names
 * that would collide are made distinct. A declaration must not use another variable of the same name in its value. A
 * variable that is assigned once, in the block that declares it and before it is read, becomes a `let`.
 *
 * Why: SwiftShader keeps an array in registers only if every index is a constant (measured: 7 to 10 times as fast). In
 * SPIR-V, a variable is loads and stores, which a driver's optimiser has to see through (measured: a sixth of the time
 * to compile).
 *
 * @throws MissingParts if the source has marks and `writing` has not been loaded
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
