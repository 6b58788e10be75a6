// Writes the `forward` of a class, one statement per line, and chooses the names of values.
import { type Module, snakeName } from '../../torch/inside';
import { isLayer } from './layers';
import { isCount, valuesIn } from './merge';
import { argumentLines, literalLine, operationLine } from './operations';
import { isName, type Line, listed, numberText, plain, splitArguments } from './python';
import { type Frame, isInPlace, type Statement, type Term } from './trace';

/** A method: its parameters and its lines. */
export interface Method {
  readonly parameters: readonly string[];
  readonly lines: readonly Line[];
}

/** Writes the `forward` of a traced call. `accessOf` returns the expression for the module or parameter at a path. */
export function forwardOf(frame: Frame, accessOf: (path: string) => string): Method {
  return new Writer(frame, accessOf).method();
}

/** The names for values that the program does not name. */
const FRESH = ['x', 'out', 'y', 'z', 'u', 'v', 'w'];

/** Whether a name is generic enough to be reused for any value: `x` is, `tokens` is not. */
const isLoose = (name: string): boolean => name.length === 1 || name === 'out' || /^[a-z]+\d+$/.test(name);

class Writer {
  readonly #frame: Frame;
  readonly #accessOf: (path: string) => string;
  readonly #statements: readonly Statement[];
  /**
   * For each value, the index of the last statement that reads it. The values of the result are read after all
   * statements.
   */
  readonly #last = new Map<number, number>();
  /** The text of each value. */
  readonly #texts = new Map<number, string>();
  /** The values that each name refers to. */
  readonly #valuesOf = new Map<string, readonly number[]>();
  readonly #parameters: readonly string[];
  /** Maps the values of a list to the text of the list. */
  readonly #lists = new Map<string, string>();
  /** Maps the text of a size to its name. */
  readonly #sizes = new Map<string, string>();

  constructor(frame: Frame, accessOf: (path: string) => string) {
    this.#frame = frame;
    this.#accessOf = accessOf;
    this.#statements = used(frame);
    for (const [i, { args }] of this.#statements.entries()) {
      for (const id of valuesIn({ is: 'list', items: args })) this.#last.set(id, i);
    }
    for (const id of valuesIn(frame.result)) this.#last.set(id, Number.POSITIVE_INFINITY);
    this.#parameters = parameterNames(frame);
    frame.args.forEach((arg, i) => {
      this.#bind(arg, this.#parameters[i]!);
      this.#valuesOf.set(this.#parameters[i]!, valuesIn(arg));
    });
  }

  method(): Method {
    const lines = this.#statements.map((statement, i) => this.#line(statement, i));
    const result: Line = ['return ', ...this.#text(this.#frame.result, 'value')];
    const sizes = [...this.#sizes].map(([text, name]): Line => [`${name} = ${text}`]);
    return { parameters: signature(this.#frame, this.#parameters), lines: [...sizes, ...lines, result] };
  }

  #line({ call, args, result }: Statement, i: number): Line {
    const textOf = (term: Term, hint: string) => this.#text(term, hint);
    const right = 'path' in call ? this.#moduleCall(call.path, args) : operationLine(call, args, textOf);
    if ('operation' in call && isInPlace(call.operation)) return right;
    const inputs = valuesIn({ is: 'list', items: args });
    const target = this.#target(result, i, this.#dying(inputs, i));
    return [`${target} = `, ...right];
  }

  #moduleCall(path: string, args: readonly Term[]): Line {
    const module = this.#frame.module.getSubmodule(path);
    const textOf = (term: Term, hint: string) => this.#text(term, hint);
    // PyTorch's layers take options as keyword arguments. Classes of the program receive the same arguments as in
    // JavaScript.
    const given = isLayer(module) ? argumentLines(args, textOf, 'size') : args.map((term) => textOf(term, 'size'));
    return [`${this.#accessOf(path)}(`, ...listed(given), ')'];
  }

  /** A name whose values are read for the last time in statement `i`, so that the name can be reused. */
  #dying(inputs: readonly number[], i: number): string | null {
    for (const [name, values] of this.#valuesOf) {
      if (!isLoose(name)) continue;
      if (values.some((id) => inputs.includes(id)) && values.every((id) => (this.#last.get(id) ?? -1) <= i))
        return name;
    }
    return null;
  }

  /** The target of a statement: the names that its result is assigned to. */
  #target(result: Term, i: number, reusable: string | null): string {
    for (const [name, values] of this.#valuesOf) {
      if (
        name !== reusable &&
        values.every((id) => (this.#last.get(id) ?? -1) <= i) &&
        !this.#parameters.includes(name)
      ) {
        this.#valuesOf.delete(name);
      }
    }
    let free = reusable;
    const take = (ids: readonly number[]): string => {
      if (ids.every((id) => !this.#last.has(id))) return '_';
      const name = free ?? this.#fresh();
      free = null;
      this.#valuesOf.set(name, ids);
      return name;
    };
    const pattern = (term: Term, isTop: boolean): string => {
      if (term.is === 'list' && term.items.length > 0) {
        const parts = term.items.map((item) => pattern(item, false));
        if (parts.every((part) => part === '_')) return '_';
        const text = parts.length === 1 ? `${parts[0]},` : parts.join(', ');
        return isTop ? text : `(${text})`;
      }
      if (term.is !== 'value' && term.is !== 'record') return '_';
      const name = take(valuesIn(term));
      if (name !== '_') this.#bind(term, name);
      return name;
    };
    return pattern(result, true);
  }

  #fresh(): string {
    for (let k = 0; ; k++) {
      for (const base of FRESH) {
        const name = k === 0 ? base : `${base}${k + 1}`;
        if (!this.#valuesOf.has(name) && !this.#parameters.includes(name)) return name;
      }
    }
  }

  /** Sets the text of the values in a term. */
  #bind(term: Term, text: string): void {
    if (term.is === 'value') this.#texts.set(term.id, text);
    else if (term.is === 'list') {
      this.#lists.set(valuesIn(term).join(), text);
      for (const [i, item] of term.items.entries()) this.#bind(item, `${text}[${i}]`);
    } else if (term.is === 'record') for (const [key, item] of term.entries) this.#bind(item, `${text}['${key}']`);
  }

  #text(term: Term, hint: string): Line {
    switch (term.is) {
      case 'value':
        return [this.#texts.get(term.id)!];
      case 'state':
        return [this.#accessOf(term.path)];
      case 'training':
        return ['self.training'];
      case 'literal':
        return literalLine(term.value, hint);
      case 'size':
        return [this.#size(term)];
      case 'list': {
        const whole = this.#lists.get(valuesIn(term).join());
        if (whole && term.items.every(({ is }) => is === 'value')) return [whole];
        const items = term.items.map((item) => this.#text(item, hint));
        // A result of several parts is a tuple, and a shape may be a tuple, too.
        return items.length === 1 ? ['(', ...items[0]!, ',)'] : ['(', ...listed(items), ')'];
      }
      case 'slice': {
        const ends = term.items.map((end) => (end.is === 'literal' && end.value === null ? [] : this.#text(end, hint)));
        return listed(ends, ':');
      }
      case 'record':
        return [
          '{',
          ...listed(term.entries.map(([key, item]): Line => [`'${key}': `, ...this.#text(item, snakeName(key))])),
          '}',
        ];
      case 'constant':
        return this.#constant(term);
    }
  }

  #size({ of, times, plus }: Term & { is: 'size' }): string {
    const names = of.map(({ id, dim }) => this.#sizeName(`${this.#inputText(id)}.shape[${dim}]`, dim));
    const product = [...(times === 1 ? [] : [numberText(times)]), ...names].join(' * ');
    if (plus === 0) return product;
    return plus > 0 ? `${product} + ${numberText(plus)}` : `${product} - ${numberText(-plus)}`;
  }

  /**
   * The text of an input at the start of the method. Its name may refer to another value later, so sizes are read at
   * the start.
   */
  #inputText(id: number): string {
    const find = (term: Term, text: string): string | null => {
      if (term.is === 'value') return term.id === id ? text : null;
      const parts: readonly (readonly [string, Term])[] =
        term.is === 'list'
          ? term.items.map((item, i) => [`${text}[${i}]`, item] as const)
          : term.is === 'record'
            ? term.entries.map(([key, item]) => [`${text}['${key}']`, item] as const)
            : [];
      for (const [inner, item] of parts) {
        const found = find(item, inner);
        if (found) return found;
      }
      return null;
    };
    return this.#frame.args.map((arg, i) => find(arg, this.#parameters[i]!)).find((text) => text !== null)!;
  }

  #sizeName(text: string, dim: number): string {
    const known = this.#sizes.get(text);
    if (known) return known;
    const base = dim === 0 ? 'n' : `size_${dim}`;
    const taken = new Set([...this.#sizes.values(), ...this.#parameters]);
    let name = base;
    for (let k = 2; taken.has(name); k++) name = `${base}_${k}`;
    this.#sizes.set(text, name);
    return name;
  }

  #constant({ shape, numbers, dtype }: Term & { is: 'constant' }): Line {
    const options = `dtype=torch.${dtype}, device=${this.#device()}`;
    const size = this.#text(shape, 'size');
    if (typeof numbers === 'number') return ['torch.full(', ...size, `, ${numberText(numbers)}, ${options})`];
    const items = shape.is === 'list' ? shape.items : [];
    if (items.length === 1 && isCount(numbers))
      return ['torch.arange(', ...this.#text(items[0]!, 'size'), `, ${options})`];
    return [`torch.tensor([${numbers.map(numberText).join(', ')}], ${options}).view(`, ...size, ')'];
  }

  /** The device for constants, which is the device of the first tensor argument. */
  #device(): string {
    const [id] = valuesIn({ is: 'list', items: this.#frame.args });
    return id === undefined ? "'cpu'" : `${this.#inputText(id)}.device`;
  }
}

/**
 * The statements that are needed: calls of modules, which may have state, statements that change something in place,
 * and statements whose results are read.
 */
function used({ statements, result }: Frame): Statement[] {
  const wanted = new Set(valuesIn(result));
  return statements
    .toReversed()
    .filter(({ call, args, result: made }) => {
      const stays = 'path' in call || isInPlace(call.operation) || valuesIn(made).some((id) => wanted.has(id));
      if (stays) for (const id of valuesIn({ is: 'list', items: args })) wanted.add(id);
      return stays;
    })
    .reverse();
}

/** The parameter names of `forward`, taken from its source code. */
function parameterNames({ module, args }: Frame): string[] {
  const source = Function.prototype.toString.call((module as Module & { forward: unknown }).forward);
  const written = splitArguments(/^[^(]*\(([\s\S]*?)\)\s*(?:=>|\{)/.exec(source)?.[1] ?? '');
  const names: string[] = [];
  for (const i of args.keys()) {
    const own = snakeName(/^(?:\.\.\.)?\w*/.exec(written[i] ?? '')![0].replace('...', ''));
    const fallback = i === 0 ? 'x' : `x${i + 1}`;
    names.push(isName(own) && own !== 'self' && !names.includes(own) ? own : fallback);
  }
  return names;
}

/** The parameters of the method. Trailing arguments that are not tensors, such as an omitted mask, get defaults. */
function signature({ args }: Frame, names: readonly string[]): string[] {
  const required = args.findLastIndex((arg) => arg.is !== 'literal');
  return names.map((name, i) => {
    const arg = args[i]!;
    return i > required && arg.is === 'literal' ? `${name}=${plain(literalLine(arg.value, name))}` : name;
  });
}
