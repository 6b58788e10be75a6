// Unrolling of marked WGSL loops, so that register tiles live in registers on adapters whose compiler does not unroll.
import { invariant } from '../errors';
import { flatten } from './flatten';

const loopHead = /^[ \t]*for \(var (\w+) = 0u; \1 < (\w+); \1\+\+\) \{ \/\/ unroll(?: up to (\w+))?$/m;
const constLine = /^const (\w+): u32 = (\d+)u;/gm;

const arrayLines = /^[ \t]*var (\w+): array<(\w+), \w+>; \/\/ scalars$/gm;

/** What ends a line that is written out otherwise. */
const mark = /\/\/ (?:unroll|scalars|chain|constant)\b/;

const otherComment = new RegExp(`(?!${mark.source})//[^\\n]*`, 'g');

/** The source without comments, marks left in. */
export const withMarksAlone = (source: string): string => source.replace(otherComment, '');

const chainLine = /^[ \t]*var (\w+) = ([^;]*); \/\/ chain$/m;

const unrolled = new Map<string, string>();
/** Characters of `unrolled`; past a limit it begins anew, so that ever-changing sizes do not pile up. */
let characters = 0;
const MAX_CHARACTERS = 1 << 23;

/**
 * The source with every loop marked `// unroll` written out, and those marked `// unroll up to 3`, or a constant, that turn so often or
 * less. The bound is a `const` of the source, whose value in `consts` counts before the default, or a literal. What else there is stays
 * as it is, but for what `flatten` does: the result computes the same, and the source is valid WGSL itself. A source without marks
 * stays whole.
 * An array marked `// scalars`, whose every index must be a constant by then, becomes a variable for each element: WGSL compilers
 * take half as long for those, and some leave large arrays in memory. So does a variable marked `// chain`, of which nothing but
 * assignments that use it once, and then one use of the result, may follow in its block: it becomes a nested expression.
 * An `if` marked `// constant` stays or goes, block and all.
 * Why: SwiftShader keeps an array in registers only if every index is a constant (measured: 7 to 10 times the speed).
 */
export function unroll(source: string, consts: Readonly<Record<string, number>> = {}): string {
  if (!mark.test(source)) return source;
  const key = `${JSON.stringify(consts)}${source}`;
  let result = unrolled.get(key);
  if (result === undefined) {
    const sizes = new Map<string, number>();
    for (const [, name, value] of source.matchAll(constLine)) sizes.set(name!, consts[name!] ?? Number(value));
    result = flatten(chain(scalarise(decide(expand(source, sizes), sizes), sizes)));
    characters += key.length + result.length;
    if (characters > MAX_CHARACTERS) {
      unrolled.clear();
      characters = key.length + result.length;
    }
    unrolled.set(key, result);
  }
  return result;
}

function expand(source: string, sizes: ReadonlyMap<string, number>): string {
  const head = loopHead.exec(source);
  if (!head) return source;
  const [line, index, bound, most] = head as unknown as [string, string, string, string | undefined];
  const start = head.index + line.length;
  let end = start;
  for (let depth = 1; depth > 0; end++) {
    if (source[end] === '{') depth++;
    else if (source[end] === '}') depth--;
  }
  const body = source.slice(start, end - 1);
  const count = sizes.get(bound) ?? Number.parseInt(bound, 10);
  if (most && count > (sizes.get(most) ?? Number(most))) {
    // Left as a loop; its mark goes, so that it is not met again.
    return source.slice(0, start).replace(/ \/\/ unroll up to \w+$/, '') + expand(source.slice(start), sizes);
  }
  const name = new RegExp(`\\b${index}\\b`, 'g');
  const inner = expand(body, sizes).replace(/^[ \t\n]+/gm, '');
  let copies = '';
  for (let i = 0; i < count; i++) copies += `{\n${inner.replace(name, `${i}u`)}}\n`;
  return source.slice(0, head.index) + copies + expand(source.slice(end), sizes);
}

/** The source with every variable marked `// chain` replaced by the expression that its assignments, one after the other, make. */
function chain(source: string): string {
  let done = '';
  let rest = source;
  for (let head = chainLine.exec(rest); head; head = chainLine.exec(rest)) {
    const [line, name, first] = head as unknown as [string, string, string];
    const start = head.index + line.length;
    const end = blockEnd(rest, start);
    let value = first;
    const use = new RegExp(`\\b${name} = ([^;]*);|\\b${name}\\b`, 'g');
    const itself = new RegExp(`\\b${name}\\b`);
    const block = rest.slice(start, end).replace(use, (_, next: string | undefined) => {
      if (next === undefined) return value;
      value = next.replace(itself, () => value);
      return '';
    });
    done += rest.slice(0, head.index) + withoutEmptyBlocks(block);
    rest = rest.slice(end);
  }
  return done + rest;
}

function withoutEmptyBlocks(source: string): string {
  const less = source.replace(/\{\s*\}/g, '');
  return less === source ? source : withoutEmptyBlocks(less);
}

/** The source without the blocks marked `// constant` whose condition, `a < b`, does not hold. */
function decide(source: string, sizes: ReadonlyMap<string, number>): string {
  const condition = /if \((.*) < (.*)\) \{ \/\/ constant$/gm;
  let done = '';
  let from = 0;
  for (let head = condition.exec(source); head; head = condition.exec(source)) {
    done += source.slice(from, head.index);
    from = condition.lastIndex;
    if (constant(head[1]!, sizes) < constant(head[2]!, sizes)) done += '{';
    else from = blockEnd(source, from) + 1;
    condition.lastIndex = from;
  }
  return done + source.slice(from);
}

/** An array marked `// scalars`, the elements of it that are used, and which part of the result declares them. */
interface Scalars {
  readonly name: string;
  readonly type: string;
  readonly used: Set<number>;
  readonly part: number;
}

/** The source with every array marked `// scalars` as separate variables. */
function scalarise(source: string, sizes: ReadonlyMap<string, number>): string {
  const names = new Set<string>();
  for (const [, name] of source.matchAll(arrayLines)) names.add(name!);
  if (names.size === 0) return source;
  const marks = new RegExp(`${arrayLines.source}|\\b(${[...names].join('|')})\\[([^\\]]*)\\]|[{}]`, 'gm');
  const elements = new Map<string, number>();
  const elementOf = (index: string): number => {
    let element = elements.get(index);
    if (element === undefined) {
      element = constant(index, sizes);
      elements.set(index, element);
    }
    return element;
  };
  const parts: string[] = [];
  const blocks: Scalars[][] = [[]];
  const declareLast = () => {
    for (const { name, type, used, part } of blocks.pop()!) {
      for (const element of used) parts[part] += `var ${name}_${element}: ${type};\n`;
    }
  };
  let from = 0;
  for (const { 0: mark, 1: declared, 2: type, 3: used, 4: index, index: start } of source.matchAll(marks)) {
    if (mark === '{') blocks.push([]);
    else if (mark === '}') declareLast();
    else if (declared !== undefined) {
      parts.push(source.slice(from, start));
      blocks.at(-1)!.push({ name: declared, type: type!, used: new Set(), part: parts.push('') - 1 });
      from = start + mark.length;
    } else {
      const array = innermost(blocks, used!);
      if (!array) continue;
      const element = elementOf(index!);
      array.used.add(element);
      parts.push(source.slice(from, start), `${used}_${element}`);
      from = start + mark.length;
    }
  }
  while (blocks.length > 0) declareLast();
  return parts.join('') + source.slice(from);
}

function innermost(blocks: readonly Scalars[][], name: string): Scalars | undefined {
  for (let b = blocks.length - 1; b >= 0; b--) {
    for (const array of blocks[b]!) if (array.name === name) return array;
  }
  return undefined;
}

/** Where the block ends that `start` is in. */
function blockEnd(source: string, start: number): number {
  const brace = /[{}]/g;
  brace.lastIndex = start;
  for (let depth = 1, match = brace.exec(source); match; match = brace.exec(source)) {
    depth += match[0] === '{' ? 1 : -1;
    if (depth === 0) return match.index;
  }
  return source.length;
}

/** The value of an expression of whole numbers and named constants with + - * / % and parentheses. */
function constant(expression: string, sizes: ReadonlyMap<string, number>): number {
  let at = 0;
  /** The next sign, which is left. */
  const sign = (): string => {
    while (expression[at] === ' ') at++;
    return expression[at] ?? '';
  };
  const factor = (): number => {
    if (sign() === '(') {
      at++;
      const inner = sum();
      invariant(sign() === ')', `the index ${expression} is no constant`);
      at++;
      return inner;
    }
    const start = at;
    while (isWord(expression.charCodeAt(at))) at++;
    const word = expression.slice(start, at);
    const value = sizes.get(word) ?? (/^\d+u?$/.test(word) ? Number.parseInt(word, 10) : undefined);
    invariant(value !== undefined, `the index ${expression} is no constant`);
    return value;
  };
  const product = (): number => {
    let value = factor();
    for (let next = sign(); next === '*' || next === '/' || next === '%'; next = sign()) {
      at++;
      const by = factor();
      value = next === '*' ? value * by : next === '/' ? Math.floor(value / by) : value % by;
    }
    return value;
  };
  const sum = (): number => {
    let value = product();
    for (let next = sign(); next === '+' || next === '-'; next = sign()) {
      at++;
      value += next === '+' ? product() : -product();
    }
    return value;
  };
  const value = sum();
  invariant(sign() === '', `the index ${expression} is no constant`);
  return value;
}

/** Whether a character is a letter, a digit or an underscore. */
const isWord = (code: number): boolean =>
  (code >= 48 && code < 58) || (code >= 65 && code < 91) || (code >= 97 && code < 123) || code === 95;
