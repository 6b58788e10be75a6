// Tree shaking: removes comments, and the functions that a shader's entry point never calls, since parsing them takes
// time.

const comment = /\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
const blankLine = /\n\s*(?=\n)/g;
/** A function's declaration with its attributes. */
const declared = /^\s*(?:@\w+(?:\([^)]*\))?\s*)*fn\s+(\w+)/;
const called = /\b[A-Za-z_]\w*(?=\s*\()/g;

/** The code without comments and without functions that `entry` does not reach. */
export function shake(code: string, entry: string): string {
  const parts = declarations(code.replace(comment, '')).map((text) => ({ text, name: declared.exec(text)?.[1] }));
  const functions = new Map(parts.flatMap(({ text, name }) => (name === undefined ? [] : [[name, text] as const])));
  const needed = new Set<string>();
  const stack = [entry];
  while (stack.length > 0) {
    const name = stack.pop()!;
    const text = functions.get(name);
    if (text === undefined || needed.has(name)) continue;
    needed.add(name);
    stack.push(...(text.match(called) ?? []));
  }
  const kept = parts.filter(({ name }) => name === undefined || needed.has(name));
  return kept
    .map(({ text }) => text)
    .join('')
    .replace(blankLine, '');
}

/**
 * The declarations of a module, each with the whitespace before it. A declaration ends at a top-level semicolon or
 * closing brace.
 */
function declarations(code: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (const { 0: sign, index } of code.matchAll(/[{};]/g)) {
    if (sign === '{') depth++;
    else if (sign === '}') depth--;
    if (sign === '{' || depth > 0) continue;
    parts.push(code.slice(from, index + 1));
    from = index + 1;
  }
  parts.push(code.slice(from));
  return parts;
}
