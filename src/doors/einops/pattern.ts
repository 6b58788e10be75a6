// Parses einops patterns, such as 'b (h w) c', to groups of axes. Errors show the pattern.
import { ArgumentError } from '../../torch';

/** The axes that a pattern does not name. */
export const ELLIPSIS = '...';

/** An axis by name. A number in a pattern is an unnamed axis of that size, unrelated to any other. */
export interface Axis {
  readonly name: string;
  /** The size, if the axis is written as a number; else null. */
  readonly size: number | null;
}

/** One side of a pattern. Each dimension is a group of axes; an empty group is a dimension of size 1. */
export interface Expression {
  readonly groups: readonly (readonly Axis[])[];
  /** The ellipsis is inside parentheses, so its axes form one dimension. */
  readonly joinsEllipsis: boolean;
}

interface Rules {
  /** Allow `_`, which skips a dimension. */
  readonly underscore?: boolean;
  /** Allow a name to occur twice. */
  readonly duplicates?: boolean;
  /** A prefix that keeps the numbers of this side apart from those of the other. */
  readonly mark?: string;
}

const NAME = /^(?!\d)(?!_)[\p{L}\p{N}_]*[\p{L}\p{N}]$/u;
const NUMBER = /^\d+$/;

/** Parses one side of a pattern. @throws ArgumentError, showing the pattern and the wrong place */
export function parseExpression(
  op: string,
  text: string,
  { underscore = false, duplicates = false, mark = '' }: Rules = {},
): Expression {
  const fail = (why: string) => new ArgumentError(`${op}: ${why} in '${text.trim()}'`);
  const groups: Axis[][] = [];
  const seen = new Set<string>();
  let open: Axis[] | null = null;
  let numbers = 0;
  let joinsEllipsis = false;
  for (const [token] of text.matchAll(/\.\.\.|[()]|[^\s()]+?(?=\.\.\.|[\s()]|$)/gu)) {
    if (token === '(') {
      if (open) throw fail('expected no parentheses within parentheses');
      open = [];
    } else if (token === ')') {
      if (!open) throw fail('expected an opening parenthesis before the closing one');
      groups.push(open);
      open = null;
    } else {
      const isNumber = NUMBER.test(token);
      if (!isNumber && token !== ELLIPSIS && !NAME.test(token) && !(underscore && token === '_')) {
        throw fail(
          `expected the name of an axis (letters, digits, underscores within), a number or ..., but got '${token}'`,
        );
      }
      const mayRecur = isNumber || (duplicates && token !== ELLIPSIS) || (underscore && token === '_');
      if (seen.has(token) && !mayRecur) throw fail(`expected each axis once, but got '${token}' twice`);
      seen.add(token);
      if (token === ELLIPSIS) joinsEllipsis = open !== null;
      const axes = isNumber && Number(token) === 1 ? [] : [axisOf(token, isNumber ? `${numbers++}${mark}` : null)];
      if (open) open.push(...axes);
      else groups.push(axes);
    }
  }
  if (open) throw fail('expected a closing parenthesis');
  return { groups, joinsEllipsis };
}

const axisOf = (token: string, number: string | null): Axis =>
  number === null ? { name: token, size: null } : { name: `${number}:${token}`, size: Number(token) };

/** Splits a pattern into its two sides. */
export function sidesOf(op: string, pattern: string): [left: string, right: string] {
  const sides = pattern.split('->');
  if (sides.length !== 2) {
    throw new ArgumentError(
      `${op}: expected a pattern with one '->', such as 'b c h w -> b (c h w)', but got '${pattern}'`,
    );
  }
  return sides as [string, string];
}

export const hasEllipsis = ({ groups }: Expression): boolean => groups.some(holdsEllipsis);

export const holdsEllipsis = (group: readonly Axis[]): boolean => group.some(({ name }) => name === ELLIPSIS);

export const namesIn = ({ groups }: Expression): string[] => groups.flat().map(({ name }) => name);

/** A list of names for messages; numbers appear as they were written. */
export const listed = (names: readonly string[]): string =>
  names.map((name) => `'${name.replace(/^\d+>?:/, '')}'`).join(', ');
