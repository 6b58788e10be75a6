// Flattening: the blocks and variables that unrolling leaves behind, in a form that compiles faster.

const comment = /\/\/[^\n]*/g;
const wordOrBrace = /(?<![\w.])[A-Za-z_]\w*|[{}]/g;

/** The rest of a declaration without an initial value. */
const withoutValue = /: \w+;/y;

/** The rest of a line that writes to the variable it begins with. */
const write = /[\w.[\]]*(?: [-+*/%&|^]?= |\+\+|--)/y;

/** A variable without an initial value, and whether a `let` can take its place as far as is known; undefined before its first use. */
interface Variable {
  readonly block: number;
  settled: boolean | undefined;
}

/**
 * The source without comments and without the blocks that begin on a line of their own, in which names become distinct, and with
 * a `let` for every variable that is assigned once, in the block that declares it and before it is read. A name must not be
 * declared by an expression that uses another of that name.
 * Why: a variable is loads and stores in SPIR-V, which a driver's optimiser has to see through (measured: a sixth of the time).
 */
export function flatten(commented: string): string {
  const source = commented.replace(comment, '');
  const variables = new Map<string, Variable>();
  const declarations = new Map<string, number>();
  /** The blocks around a place: what the names declared there are called now, and the number of the block if it stays. */
  const scopes: { readonly names: Map<string, string>; readonly block: number; readonly stays: boolean }[] = [
    { names: new Map(), block: 0, stays: true },
  ];
  let blocks = 0;
  let result = '';
  let from = 0;
  const replace = (start: number, length: number, text: string) => {
    result += source.slice(from, start) + text;
    from = start + length;
  };
  const declare = (text: string): string => {
    const { names, stays } = scopes.at(-1)!;
    const count = (declarations.get(text) ?? 0) + 1;
    declarations.set(text, count);
    const name = stays ? text : `${text}_n${count}`;
    names.set(text, name);
    return name;
  };
  const nameOf = (text: string): string => {
    for (let s = scopes.length - 1; s >= 0; s--) {
      const name = scopes[s]!.names.get(text);
      if (name !== undefined) return name;
    }
    return text;
  };
  for (const { 0: text, index } of source.matchAll(wordOrBrace)) {
    const after = index + text.length;
    const { block } = scopes.at(-1)!;
    if (text === '{') {
      const stays = source[after] !== '\n' || !startsLine(source, index);
      if (!stays) replace(index, 2, '');
      scopes.push({ names: new Map(), block: stays ? ++blocks : block, stays });
    } else if (text === '}') {
      if (!scopes.pop()!.stays) replace(index, 1, '');
    } else {
      const isVariable = source.startsWith('var ', index - 4);
      const name = isVariable || source.startsWith('let ', index - 4) ? declare(text) : nameOf(text);
      if (name !== text) replace(index, text.length, name);
      withoutValue.lastIndex = after;
      if (isVariable && withoutValue.test(source)) variables.set(name, { block, settled: undefined });
      else {
        const variable = variables.get(name);
        if (variable?.settled === undefined) {
          if (variable) variable.settled = variable.block === block && isAssigned(source, index, after);
        } else if (variable.settled) variable.settled = !isWritten(source, index, after);
      }
    }
  }
  result += source.slice(from);
  return result.replace(
    /^[ \t]*var (\w+): \w+;\n|^([ \t]*)(\w+)(?= = )/gm,
    (line, declared: string | undefined, indent: string, assigned: string) => {
      if (declared !== undefined) return variables.get(declared)?.settled ? '' : line;
      return variables.get(assigned)?.settled ? `${indent}let ${assigned}` : line;
    },
  );
}

function startsLine(source: string, index: number): boolean {
  let at = index - 1;
  while (source[at] === ' ') at--;
  return at < 0 || source[at] === '\n';
}

const isAssigned = (source: string, index: number, after: number): boolean =>
  source.startsWith(' = ', after) && startsLine(source, index);

function isWritten(source: string, index: number, after: number): boolean {
  write.lastIndex = after;
  return source[index - 1] === '&' || (startsLine(source, index) && write.test(source));
}
