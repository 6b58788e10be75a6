// Parses the Python literals that NumPy's headers use: dictionaries, tuples, lists, strings, integers, True, False and
// None.

/** A tuple, as opposed to a list: a shape must be a tuple. */
export class PythonTuple {
  constructor(readonly items: readonly PythonLiteral[]) {}
}

export type PythonLiteral =
  | string
  | bigint
  | boolean
  | null
  | PythonTuple
  | readonly PythonLiteral[]
  | ReadonlyMap<PythonLiteral, PythonLiteral>;

/** The maximum nesting depth of literals. */
const DEPTH = 32;

const TOKEN =
  /\s*(?:([[\](){},:])|([+-]?)\s*(0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\d[\d_]*)[lL]?(?![\w.])|[uUbB]?('(?:[^'\\\n]|\\[^\n])*'|"(?:[^"\\\n]|\\[^\n])*")|([A-Za-z]\w*)|($))/y;

const constants: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null };

interface Token {
  /** A punctuation sign; '' at the end; null for a value. */
  readonly sign: string | null;
  readonly value: PythonLiteral;
}

/**
 * The value of a literal; `2L` and `u'text'` of Python 2 are accepted, too.
 * @throws SyntaxError if the text is not a literal
 */
export function parsePythonLiteral(text: string): PythonLiteral {
  let at = 0;
  let token = next();
  const value = parse(0);
  if (token.sign !== '') throw new SyntaxError('expected the end of the literal');
  return value;

  function next(): Token {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) throw new SyntaxError(`expected a literal at character ${at}`);
    at = TOKEN.lastIndex;
    const [, sign, minus, digits, quoted, name] = match;
    if (sign !== undefined) return { sign, value: null };
    if (digits !== undefined) {
      const size = BigInt(digits.replaceAll('_', ''));
      return { sign: null, value: minus === '-' ? -size : size };
    }
    if (quoted !== undefined) return { sign: null, value: quoted.slice(1, -1).replace(/\\(.)/g, '$1') };
    if (name === undefined) return { sign: '', value: null };
    if (!Object.hasOwn(constants, name)) throw new SyntaxError(`expected a literal, but got ${name}`);
    return { sign: null, value: constants[name]! };
  }

  function parse(depth: number): PythonLiteral {
    if (depth > DEPTH) throw new SyntaxError(`expected at most ${DEPTH} levels of brackets`);
    const { sign, value } = token;
    token = next();
    if (sign === null) return value;
    if (sign === '(') {
      const { items, commas } = list(')', depth);
      // A single value in parentheses, without a comma, is the value itself.
      return items.length === 1 && commas === 0 ? items[0]! : new PythonTuple(items);
    }
    if (sign === '[') return list(']', depth).items;
    if (sign === '{') return dictionary(depth);
    throw new SyntaxError(`expected a value, but got '${sign}'`);
  }

  function list(close: string, depth: number): { items: PythonLiteral[]; commas: number } {
    const items: PythonLiteral[] = [];
    let commas = 0;
    while (token.sign !== close) {
      items.push(parse(depth + 1));
      if (token.sign === close) break;
      expectSign(',');
      commas++;
    }
    token = next();
    return { items, commas };
  }

  function dictionary(depth: number): Map<PythonLiteral, PythonLiteral> {
    const entries = new Map<PythonLiteral, PythonLiteral>();
    while (token.sign !== '}') {
      const key = parse(depth + 1);
      expectSign(':');
      entries.set(key, parse(depth + 1));
      if (token.sign === '}') break;
      expectSign(',');
    }
    token = next();
    return entries;
  }

  function expectSign(sign: string): void {
    if (token.sign !== sign) throw new SyntaxError(`expected '${sign}'`);
    token = next();
  }
}
