// Unrolling of marked WGSL loops, so that register tiles live in registers on adapters whose compiler does not unroll.

const loopHead = /^[ \t]*for \(var (\w+) = 0u; \1 < (\w+); \1\+\+\) \{ \/\/ unroll(?: up to (\d+))?$/m;
const constLine = /^const (\w+): u32 = (\d+)u;/gm;

const unrolled = new Map<string, string>();

/**
 * The source with every loop marked `// unroll` written out, and those marked `// unroll up to 3` that turn so
 * often or less. The bound is a `const` of the source, whose
 * value in `consts` counts before the default, or a literal. Every other line stays as it is: the result computes the same, and the source is valid WGSL itself.
 * Why: SwiftShader keeps an array in registers only if every index is a constant (measured: 7 to 10 times the speed).
 */
export function unroll(source: string, consts: Readonly<Record<string, number>>): string {
  const key = `${JSON.stringify(consts)}${source}`;
  let result = unrolled.get(key);
  if (result === undefined) {
    const sizes = new Map<string, number>();
    for (const [, name, value] of source.matchAll(constLine)) sizes.set(name!, consts[name!] ?? Number(value));
    result = expand(source, sizes);
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
  if (most && count > Number(most)) {
    // Left as a loop; its mark goes, so that it is not met again.
    return source.slice(0, start).replace(/ \/\/ unroll up to \d+$/, '') + expand(source.slice(start), sizes);
  }
  const name = new RegExp(`\\b${index}\\b`, 'g');
  let copies = '';
  for (let i = 0; i < count; i++) copies += `{${body.replace(name, `${i}u`)}}\n`;
  return source.slice(0, head.index) + expand(copies, sizes) + expand(source.slice(end), sizes);
}
