// Python text: names, literals, and lines in which some literals may be replaced with parameters later.
import { pythonFloat, pythonText } from '../../torch/inside';

const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda ' +
    'nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

/** Whether the text is a valid Python name. */
export const isName = (text: string): boolean => /^[A-Za-z_]\w*$/.test(text) && !KEYWORDS.has(text);

/** A Python string literal. */
export const quoted = (text: string): string => {
  const json = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${json}'`;
};

/** A number in Python's notation. Integers are written without a decimal point. */
export const numberText = (value: number): string => {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 53) return String(value);
  return Number.isFinite(value) ? pythonFloat(value) : `float('${pythonText(value)}')`;
};

/** A literal. If it differs between the instances of a class, it becomes a parameter of the class. */
export interface Slot {
  readonly literal: string;
  /** The name of the parameter. */
  readonly hint: string;
}

/** A line of a class. Its slots may become parameters. */
export type Line = readonly (string | Slot)[];

/** Items joined with commas. */
export const listed = (items: readonly Line[], separator = ', '): Line =>
  items.flatMap((item, i) => (i === 0 ? item : [separator, ...item]));

export const plain = (line: Line): string =>
  line.map((part) => (typeof part === 'string' ? part : part.literal)).join('');

/** The text of a line, with `textOf` applied to each slot. */
export const filled = (line: Line, textOf: (slot: Slot) => string): string =>
  line.map((part) => (typeof part === 'string' ? part : textOf(part))).join('');

/** The part of a line that is the same for all instances of a class. */
export const shapeOf = (line: Line): string => filled(line, () => '\0');

export const slotsOf = (line: Line): Slot[] => line.filter((part): part is Slot => typeof part !== 'string');

/** The characters of Python code that are not in string literals, with their positions. */
function* bare(text: string): Iterable<readonly [letter: string, at: number]> {
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const letter = text[i]!;
    if (quote) {
      if (letter === '\\') i++;
      else if (letter === quote) quote = '';
    } else if (letter === "'" || letter === '"') quote = letter;
    else yield [letter, i];
  }
}

/** Splits the arguments of a call at the top level: `1, (2, 3), a=4` has three. */
export function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (const [letter, i] of bare(text)) {
    if ('([{'.includes(letter)) depth++;
    else if (')]}'.includes(letter)) depth--;
    else if (letter === ',' && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  const last = text.slice(start).trim();
  return last === '' ? parts : [...parts, last];
}

const WIDTH = 100;

/**
 * Wraps a statement into lines of at most 100 characters, including `indent` spaces. A call that is longer is written
 * with one argument per line.
 */
export function wrapped(text: string, indent: number): string[] {
  const close = text.length - 1;
  if (text.length + indent <= WIDTH || !')]}'.includes(text[close]!)) return [text];
  const open = openingOf(text);
  const items = splitArguments(text.slice(open + 1, close));
  if (items.length === 0) return [text];
  const inner = items.flatMap((item) => {
    const lines = wrapped(item, indent + 5);
    return lines.map((line, i) => `    ${line}${i === lines.length - 1 ? ',' : ''}`);
  });
  return [text.slice(0, open + 1), ...inner, text[close]!];
}

/** The position of the bracket that the last character closes. */
function openingOf(text: string): number {
  const opened: number[] = [];
  let last = 0;
  for (const [letter, i] of bare(text)) {
    if ('([{'.includes(letter)) opened.push(i);
    else if (')]}'.includes(letter)) last = opened.pop() ?? 0;
  }
  return last;
}

export const indented = (lines: readonly string[]): string[] => lines.map((line) => (line === '' ? '' : `    ${line}`));
