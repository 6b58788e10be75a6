// Tells errors of the language in the words of a cell: names as they were written, not as the cell was compiled or the library minified.
import { parse } from 'acorn';
import type { CallExpression, Expression, MemberExpression, NewExpression, Node, Program, Super } from 'estree';
import { walk } from 'estree-walker';

/** Where in a compiled cell an error arose; `isCells` is false where the cell called what arose in the library. */
export interface Place {
  readonly code: string;
  readonly line: number;
  readonly column: number;
  readonly isCells: boolean;
}

export interface Worded {
  readonly message: string;
  readonly remedy: string | null;
}

type Call = CallExpression | NewExpression;
type Ranged = Node & { readonly start: number; readonly end: number };

/** `$scope.x` and `(0, $scope.x)`, which is how a compiled cell names `x`. */
const named = (message: string): string =>
  message
    // Safari repeats the code that failed.
    .replace(/\. \(In '.*\)$/s, '')
    .replace(/\(0 ?, ?\$scope_*\.([\p{ID_Continue}$]+)\)/gu, '$1')
    .replace(/\$scope_*\./g, '');

/** A call that compiling has put in, as around what is awaited. */
const isPutIn = ({ callee }: Call): boolean =>
  callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && /^\$cell_*$/.test(callee.object.name);

/** An expression as the cell has it, with calls shortened; null for what has no short name. */
function written(node: Expression | Super): string | null {
  switch (node.type) {
    case 'Identifier':
      return node.name;
    case 'ThisExpression':
      return 'this';
    case 'Super':
      return 'super';
    case 'SequenceExpression':
      return node.expressions.length === 2 ? written(node.expressions[1]!) : null;
    case 'AwaitExpression': {
      const awaited = written(node.argument);
      return awaited && `(await ${awaited})`;
    }
    case 'NewExpression':
    case 'CallExpression': {
      if (isPutIn(node)) return written(node.arguments[0] as Expression);
      const callee = written(node.callee);
      return (
        callee && `${node.type === 'NewExpression' ? 'new ' : ''}${callee}(${node.arguments.length > 0 ? '…' : ''})`
      );
    }
    case 'MemberExpression':
      return member(node);
    default:
      return null;
  }
}

function member({ object, property, computed }: MemberExpression): string | null {
  const key = property.type === 'Identifier' && !computed ? property.name : null;
  if (object.type === 'Identifier' && /^\$scope_*$/.test(object.name)) return key;
  const owner = written(object);
  if (owner === null) return null;
  if (key !== null) return `${owner}.${key}`;
  if (property.type === 'Literal') return `${owner}[${property.raw}]`;
  return `${owner}[…]`;
}

function offsetOf({ code, line, column }: Place): number {
  let start = 0;
  for (let i = 1; i < line; i++) start = code.indexOf('\n', start) + 1;
  return start + column - 1;
}

/** What a place points at: the call whose name or opening parenthesis stands there, and the expression of which a property is read. */
function foundAt(place: Place): { readonly call: Call | null; readonly owner: Expression | Super | null } {
  const at = offsetOf(place);
  let call: Call | null = null;
  let owner: Expression | Super | null = null;
  const program = parse(place.code, { ecmaVersion: 'latest', sourceType: 'module' }) as unknown as Program;
  walk(program, {
    enter(node) {
      const { start, end } = node as Ranged;
      if (at < start || at >= end) return this.skip();
      if (node.type === 'CallExpression' || node.type === 'NewExpression') {
        const [first] = node.arguments as Ranged[];
        if (!isPutIn(node) && at < (first?.start ?? end)) call = node;
      }
      if (node.type === 'MemberExpression' && at >= (node.object as Ranged).end) owner = node.object;
      if (node.type === 'AssignmentExpression' && node.left.type === 'ObjectPattern') {
        if (at < (node.left as Ranged).end) owner = node.right;
      }
    },
  });
  return { call, owner };
}

const WITHOUT_NEW =
  /^(?:Class constructor .* cannot be invoked without 'new'|class constructors must be invoked with 'new'|Cannot call a class constructor .*without \|?new\|?)/i;
const NO_FUNCTION =
  /^(.*) is not (a function|a constructor|iterable|async iterable|a function or its return value is not (?:async )?iterable)$/s;
const OF_NOTHING = /^Cannot (?:read|set) properties of (undefined|null)/;
/** The same in Firefox and Safari, too. */
const IS_NOTHING = new RegExp(`${OF_NOTHING.source}|^can't access property|^(?:undefined|null) is not an object`);

/** snake_case as PyTorch has it. */
const camel = (name: string): string => name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** A name of PyTorch's that is written otherwise here. */
function spelling(name: string): string | null {
  const last = name.split('.').at(-1)!;
  const here = camel(last);
  return here === last ? null : `Names are in camelCase: ${name.slice(0, -last.length)}${here}.`;
}

/** A message of the library's own code names variables that nobody has written. */
function ofTheLibrary(message: string, callee: string): Worded {
  const [, what = '', kind = ''] = NO_FUNCTION.exec(message) ?? [];
  const property = /\.([\p{ID_Continue}$]+)$/u.exec(what)?.[1];
  const remedy = `Look at what ${callee} was given.`;
  if (property) return { message: `${callee} cannot use what it was given: its ${property} is not ${kind}`, remedy };
  if (kind) return { message: `${callee} cannot use what it was given: something in it is not ${kind}`, remedy };
  return IS_NOTHING.test(message) ? { message, remedy } : { message, remedy: null };
}

/** @param place null where the stack leads to no cell */
export function worded(error: Error, place: Place | null): Worded {
  const message = named(error.message);
  const told = { message, remedy: null };
  if (!(error instanceof TypeError)) return told;
  const isWithoutNew = WITHOUT_NEW.test(message);
  const { call, owner } = place ? foundAt(place) : { call: null, owner: null };
  const callee = call && written(call.callee);
  if (isWithoutNew) {
    if (!callee || !place?.isCells) return { message: 'a class was called without new', remedy: null };
    return { message: `${callee} is a class: it is called with new`, remedy: `Write new ${callee}(…).` };
  }
  if (place && !place.isCells) return callee ? ofTheLibrary(message, callee) : told;
  const [, what, kind] = NO_FUNCTION.exec(message) ?? [];
  if (what !== undefined && kind !== undefined) {
    const name = what.includes('(') && callee ? callee : what;
    return { message: `${name} is not ${kind}`, remedy: spelling(name) };
  }
  const [, nothing] = OF_NOTHING.exec(message) ?? [];
  const name = nothing && owner && written(owner);
  return name ? { message, remedy: `${name} is ${nothing} here.` } : told;
}
