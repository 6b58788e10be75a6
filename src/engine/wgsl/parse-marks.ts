// Parses marked WGSL once, into pieces. A piece is text, or a function that writes text which depends on the current
// iteration of a loop that is being unrolled.
import { LamplightError } from '../core/errors';
import type { Piece, Use, Variable } from './writer';

/** The index of a loop that is written out. */
interface Index {
  readonly kind: 'index';
  value: number;
}

/** A declaration with a value. */
interface Named {
  readonly kind: 'named';
  name: string;
}

/** A declaration without a value. */
interface Declared {
  readonly kind: 'declared';
  readonly block: number;
  variable: Variable | undefined;
}

/** An array whose elements become variables. */
interface Scalars {
  readonly kind: 'scalars';
  readonly block: number;
  variableOf: ((element: number) => Variable) | undefined;
}

/** A variable that becomes an expression. */
interface Chain {
  readonly kind: 'chain';
  value: string;
}

interface Scope {
  readonly names: Map<string, Index | Named | Declared | Scalars | Chain>;
  /** The number of the innermost block that stays in the written-out code. */
  readonly block: number;
  readonly stays: boolean;
  /** Whether its closing brace ends the pieces of a marked loop's or condition's body. */
  readonly isBody: boolean;
}

const token = /(?<![\w.])[A-Za-z_]\w*|[{}]|\/\/[^\n]*/g;
const loopHead = /for \(var (\w+) = 0u; \1 < (\w+); \1\+\+\) \{ \/\/ unroll(?: up to (\w+))?$/my;
const constantIf = /if \((.*) < (.*)\) \{ \/\/ constant$/my;
const scalarArray = /var (\w+): array<(\w+), \w+>; \/\/ scalars$/my;
const chainHead = /var (\w+) = ([^;]*); \/\/ chain$/my;
const declaration = /(?:var|let) ([A-Za-z_]\w*)/y;
/** The rest of a declaration without an initial value. */
const withoutValue = /: (\w+);/y;
const element = /\[([^\]]*)\]/y;
const assignment = / = ([^;]*);/y;
/** The rest of a line that writes to the variable it begins with. */
const write = /[\w.[\]]*(?: [-+*/%&|^]?= |\+\+|--)/y;
const lineBreak = /\n\s+/g;

/** The pieces of a marked source, without comments and indentation. `sizes`: the values of its constants. */
export function piecesOf(source: string, sizes: ReadonlyMap<string, number>): Piece[] {
  return new Reader(source, sizes).range(0, source.length);
}

class Reader {
  private pieces: Piece[] = [];
  /** The pieces cover the source up to this index. */
  private kept = 0;
  /** The index from which to look for the next token. */
  private at = 0;
  private blocks = 0;
  private readonly scopes: Scope[] = [{ names: new Map(), block: 0, stays: true, isBody: false }];

  constructor(
    private readonly source: string,
    private readonly sizes: ReadonlyMap<string, number>,
  ) {}

  /** The pieces of the source from `from` to `to`, or to the brace that closes a body that begins at `from`. */
  range(from: number, to: number): Piece[] {
    const { pieces: outer } = this;
    const pieces: Piece[] = [];
    this.pieces = pieces;
    this.kept = from;
    this.at = from;
    while (this.readToken(to));
    this.pieces = outer;
    return pieces;
  }

  private body(from: number, names: Scope['names']): Piece[] {
    this.scopes.push({ names, block: this.scope.block, stays: false, isBody: true });
    return this.range(from, this.source.length);
  }

  private get scope(): Scope {
    return this.scopes.at(-1)!;
  }

  /** Reads one token. Returns whether more follow in the range. */
  private readToken(to: number): boolean {
    token.lastIndex = this.at;
    const match = token.exec(this.source);
    if (!match || match.index >= to) {
      this.keep(to);
      return false;
    }
    const { 0: text, index } = match;
    this.at = index + text.length;
    if (text === '{') this.open(index);
    else if (text === '}') return this.close(index);
    else if (text === 'for') this.loop(index);
    else if (text === 'if') this.condition(index);
    else if (text === 'var' || text === 'let') this.declare(index);
    else if (text.startsWith('//')) this.replace(index, this.at);
    else this.word(text, index);
    return true;
  }

  /** Adds the source up to an index as plain text. */
  private keep(to: number): void {
    if (to > this.kept) this.pieces.push(this.source.slice(this.kept, to).replace(lineBreak, '\n'));
    this.kept = to;
  }

  /** Replaces a part of the source by a piece, or by nothing. */
  private replace(from: number, to: number, piece?: Piece): void {
    this.keep(from);
    if (piece) this.pieces.push(piece);
    this.kept = to;
    this.at = to;
  }

  private match(pattern: RegExp, at: number): RegExpExecArray | null {
    pattern.lastIndex = at;
    return pattern.exec(this.source);
  }

  private startsLine(index: number): boolean {
    let at = index - 1;
    while (this.source[at] === ' ') at--;
    return at < 0 || this.source[at] === '\n';
  }

  /** Opens a block. The braces of a block that begins on a line of its own are removed. */
  private open(index: number): void {
    const stays = this.source[index + 1] !== '\n' || !this.startsLine(index);
    if (!stays) this.replace(index, index + 1);
    this.scopes.push({ names: new Map(), block: stays ? ++this.blocks : this.scope.block, stays, isBody: false });
  }

  private close(index: number): boolean {
    const { stays, isBody } = this.scopes.pop()!;
    if (!stays) this.replace(index, index + 1);
    return !isBody;
  }

  private loop(index: number): void {
    const head = this.startsLine(index) ? this.match(loopHead, index) : null;
    if (!head) return;
    const [line, name, bound, most] = head as unknown as [string, string, string, string | undefined];
    const count = this.sizes.get(bound) ?? Number.parseInt(bound, 10);
    if (most && count > (this.sizes.get(most) ?? Number(most))) return;
    const turn: Index = { kind: 'index', value: 0 };
    this.keep(index);
    const body = this.body(index + line.length, new Map([[name, turn]]));
    this.pieces.push((out) => {
      for (let i = 0; i < count; i++) {
        turn.value = i;
        out.write(body);
      }
    });
  }

  private condition(index: number): void {
    const head = this.match(constantIf, index);
    if (!head) return;
    const less = this.constant(head[1]!);
    const more = this.constant(head[2]!);
    this.keep(index);
    const body = this.body(index + head[0].length, new Map());
    this.pieces.push((out) => {
      if (less() < more()) out.write(body);
    });
  }

  private declare(index: number): void {
    if (this.startsLine(index) && (this.scalars(index) || this.chain(index))) return;
    const text = this.match(declaration, index)?.[1];
    if (text === undefined) return;
    const { names, block, stays } = this.scope;
    const after = index + 4 + text.length;
    const without = this.source.startsWith('var', index) ? this.match(withoutValue, after) : null;
    if (without) {
      const declared: Declared = { kind: 'declared', block, variable: undefined };
      names.set(text, declared);
      this.replace(index, after + without[0].length, (out) => {
        declared.variable = out.declare(out.nameOf(text, stays), without[1]!, out.place());
      });
    } else {
      const named: Named = { kind: 'named', name: text };
      names.set(text, named);
      this.replace(index + 4, after, (out) => {
        named.name = out.nameOf(text, stays);
        out.add(named.name);
      });
    }
  }

  private scalars(index: number): boolean {
    const head = this.match(scalarArray, index);
    if (!head) return false;
    const [line, text, type] = head as unknown as [string, string, string];
    const { names, block, stays } = this.scope;
    const array: Scalars = { kind: 'scalars', block, variableOf: undefined };
    names.set(text, array);
    this.replace(index, index + line.length, (out) => {
      const place = out.place();
      const variables = new Map<number, Variable>();
      array.variableOf = (e) => {
        let variable = variables.get(e);
        if (!variable) {
          variable = out.declare(out.nameOf(`${text}_${e}`, stays), type, place);
          variables.set(e, variable);
        }
        return variable;
      };
    });
    return true;
  }

  private chain(index: number): boolean {
    const head = this.match(chainHead, index);
    if (!head) return false;
    const [line, text, first] = head as unknown as [string, string, string];
    const chain: Chain = { kind: 'chain', value: '' };
    this.link(chain, index, line.indexOf(first, 4 + text.length), first.length, line.length);
    this.scope.names.set(text, chain);
    return true;
  }

  /** Makes an expression the value of a chain, and removes the statement that contains it. */
  private link(chain: Chain, index: number, offset: number, length: number, whole: number): void {
    this.keep(index);
    const value = this.range(index + offset, index + offset + length);
    this.replace(this.kept, index + whole, (out) => {
      chain.value = out.textOf(value);
    });
  }

  private word(text: string, index: number): void {
    const meaning = this.meaningOf(text);
    const after = index + text.length;
    if (!meaning) return;
    if (meaning.kind === 'index') this.replace(index, after, (out) => out.add(`${meaning.value}u`));
    else if (meaning.kind === 'named') this.replace(index, after, (out) => out.add(meaning.name));
    else if (meaning.kind === 'declared') {
      const use = this.useOf(meaning, index, after);
      this.replace(index, after, (out) => out.use(meaning.variable!, use));
    } else if (meaning.kind === 'scalars') {
      const match = this.match(element, after);
      if (!match) return;
      const end = after + match[0].length;
      const use = this.useOf(meaning, index, end);
      const place = this.constant(match[1]!);
      this.replace(index, end, (out) => out.use(meaning.variableOf!(place()), use));
    } else {
      const next = this.match(assignment, after);
      if (next) this.link(meaning, index, text.length + 3, next[1]!.length, text.length + next[0].length);
      else this.replace(index, after, (out) => out.add(meaning.value));
    }
  }

  private meaningOf(text: string): ReturnType<Scope['names']['get']> {
    for (let s = this.scopes.length - 1; s >= 0; s--) {
      const meaning = this.scopes[s]!.names.get(text);
      if (meaning) return meaning;
    }
    return undefined;
  }

  /** How the source from `index` to `after` uses a variable or an element. */
  private useOf({ block }: Declared | Scalars, index: number, after: number): Use {
    const { source } = this;
    const starts = this.startsLine(index);
    return {
      assigns: starts && source.startsWith(' = ', after) && this.scope.block === block,
      writes: source[index - 1] === '&' || (starts && this.match(write, after) !== null),
    };
  }

  /**
   * Parses an expression of whole numbers, named constants and loop indices with + - * / % and parentheses. Any other
   * expression throws only when its value is needed, so it may occur in code that is not written out.
   */
  private constant(expression: string): () => number {
    const tokens = expression.match(/\w+|[^\w\s]/g) ?? [];
    let at = 0;
    let isConstant = true;
    const known = (value: boolean) => {
      isConstant &&= value;
    };
    const factor = (): (() => number) => {
      const text = tokens[at++] ?? '';
      if (text === '(') {
        const inner = sum();
        known(tokens[at++] === ')');
        return inner;
      }
      const index = this.meaningOf(text);
      if (index?.kind === 'index') return () => index.value;
      const value = this.sizes.get(text) ?? (/^\d+u?$/.test(text) ? Number.parseInt(text, 10) : undefined);
      known(value !== undefined);
      return () => value ?? 0;
    };
    const product = (): (() => number) => {
      let value = factor();
      for (let sign = tokens[at]; sign === '*' || sign === '/' || sign === '%'; sign = tokens[at]) {
        at++;
        const one = value;
        const by = factor();
        if (sign === '*') value = () => one() * by();
        else value = sign === '/' ? () => Math.floor(one() / by()) : () => one() % by();
      }
      return value;
    };
    const sum = (): (() => number) => {
      let value = product();
      for (let sign = tokens[at]; sign === '+' || sign === '-'; sign = tokens[at]) {
        at++;
        const one = value;
        const other = product();
        value = sign === '+' ? () => one() + other() : () => one() - other();
      }
      return value;
    };
    const value = sum();
    known(at === tokens.length);
    if (isConstant) return value;
    return () => {
      throw new LamplightError(`internal: the index ${expression} is no constant`);
    };
  }
}
