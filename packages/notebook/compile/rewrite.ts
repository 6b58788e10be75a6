// Rewrites the statements of a cell, in place: names become properties of the scope, and what waits can be stopped.

import type {
  AwaitExpression,
  Expression,
  ForOfStatement,
  Identifier,
  ImportDeclaration,
  ImportExpression,
  Node,
  Pattern,
  Program,
  VariableDeclaration,
} from 'estree';
import { walk } from 'estree-walker';
import type MagicString from 'magic-string';
import { CellSyntaxError } from './failure';
import { importedNames } from './imports';

type At = { readonly start: number; readonly end: number };

const at = (node: Node): At => node as unknown as At;
const lineOf = (node: Node): number => node.loc?.start.line ?? 1;

const isFunction = ({ type }: Node): boolean =>
  type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression';

/** A function or a class that takes its name from the variable that it is given to. */
const isNameless = (node: Expression): boolean =>
  node.type === 'ArrowFunctionExpression' ||
  ((node.type === 'FunctionExpression' || node.type === 'ClassExpression') && !node.id);

/** Statements that may end without a semicolon. */
const endsOpen = new Set([
  'ExpressionStatement',
  'ReturnStatement',
  'ThrowStatement',
  'BreakStatement',
  'ContinueStatement',
  'DoWhileStatement',
  'DebuggerStatement',
]);

interface Names {
  readonly scope: string;
  readonly cell: string;
}

/** A text that is put in. Where several meet, those that end something come first, the innermost before all; then those that begin something. */
interface Insertion {
  readonly place: number;
  readonly text: string;
  readonly ends: boolean;
  readonly depth: number;
}

const byPlace = (a: Insertion, b: Insertion): number => {
  if (a.place !== b.place) return a.place - b.place;
  if (a.ends !== b.ends) return a.ends ? -1 : 1;
  return a.ends ? b.depth - a.depth : a.depth - b.depth;
};

/** The depth of what stands around the expression of a statement and before its semicolon: the program is 1, its statements are 2. */
const AROUND = 2.5;

export class Rewriting {
  /** Statements that run before all others. */
  readonly prologue: string[] = [];
  readonly #text: MagicString;
  readonly #code: string;
  readonly #names: Names;
  readonly #insertions: Insertion[] = [];
  #depth = 0;

  constructor(text: MagicString, code: string, names: Names) {
    this.#text = text;
    this.#code = code;
    this.#names = names;
  }

  /** @param references identifiers that are read or written through the scope; `bindings` those in declarations of the cell's top */
  apply(ast: Program, references: ReadonlySet<Node>, bindings: ReadonlySet<Node>): void {
    const self = this;
    walk(ast, {
      enter(node, parent) {
        self.#depth++;
        if (node.type === 'Identifier' && references.has(node)) self.#reference(node, parent);
        else if (node.type === 'Property' && node.shorthand)
          self.#spellOut(node.key as Identifier, node.value, references);
        else if (node.type === 'AwaitExpression') self.#waiting(node);
        else if (node.type === 'ForOfStatement' && node.await) self.#waitingAtEach(node);
        else if (node.type === 'ImportExpression') self.#load(node);
        else if (node.type === 'VariableDeclaration') self.#declaration(node, parent, bindings);
        else if (endsOpen.has(node.type)) self.#close(node);
      },
      leave() {
        self.#depth--;
      },
    });
    for (const statement of ast.body) this.#atTop(statement);
    this.#giveLast(ast);
    for (const { place, text } of this.#insertions.sort(byPlace)) this.#text.appendLeft(place, text);
  }

  #begin(place: number, text: string, depth = this.#depth): void {
    this.#insertions.push({ place, text, ends: false, depth });
  }

  #end(place: number, text: string, depth = this.#depth): void {
    this.#insertions.push({ place, text, ends: true, depth });
  }

  #reference(node: Identifier, parent: Node | null): void {
    const read = `${this.#names.scope}.${node.name}`;
    const { start, end } = at(node);
    // As a callee it must not be a method of the scope.
    const isCallee =
      (parent?.type === 'CallExpression' && parent.callee === node) ||
      (parent?.type === 'TaggedTemplateExpression' && parent.tag === node);
    if (isCallee) this.#text.update(start, end, `(0, ${read})`);
    else if (parent?.type === 'UnaryExpression' && parent.operator === 'typeof') {
      this.#text.update(start, end, `('${node.name}' in ${this.#names.scope} ? ${read} : undefined)`);
    } else this.#text.update(start, end, read);
  }

  /** `{ x }` becomes `{ x: x }`, of which the second is then rewritten. */
  #spellOut(key: Identifier, value: Node, references: ReadonlySet<Node>): void {
    const target = value.type === 'AssignmentPattern' ? value.left : value;
    if (references.has(target)) this.#begin(at(target).start, `${key.name}: `);
  }

  #wrap(node: Node, before: string, after: string): void {
    const { start, end } = at(node);
    const isList = node.type === 'SequenceExpression';
    this.#begin(start, isList ? `${before}(` : before);
    this.#end(end, isList ? `)${after}` : after);
  }

  #waiting({ argument }: AwaitExpression): void {
    this.#wrap(argument, `${this.#names.cell}.wait(`, ')');
  }

  #waitingAtEach({ right }: ForOfStatement): void {
    this.#wrap(right, `${this.#names.cell}.each(`, ')');
  }

  #load(node: ImportExpression): void {
    const { start } = at(node);
    this.#text.update(start, start + 'import'.length, `${this.#names.cell}.load`);
  }

  /** Ends a statement, as the next may begin with a parenthesis from now on. */
  #close(node: Node): void {
    const { end } = at(node);
    if (this.#code[end - 1] !== ';') this.#end(end, ';');
  }

  /** A declaration of the cell's top becomes an assignment. */
  #declaration(node: VariableDeclaration, parent: Node | null, bindings: ReadonlySet<Node>): void {
    const isHead =
      (parent?.type === 'ForStatement' && parent.init === node) ||
      ((parent?.type === 'ForOfStatement' || parent?.type === 'ForInStatement') && parent.left === node);
    const first = node.declarations[0]!;
    if (!bindsAny(first.id, bindings)) {
      if (!isHead) this.#close(node);
      return;
    }
    this.#blank(at(node).start, at(first).start);
    const isEach = parent?.type === 'ForOfStatement' || parent?.type === 'ForInStatement';
    for (const declarator of node.declarations) {
      const { id, init } = declarator;
      this.#pattern(id, bindings);
      if (!init) {
        if (!isEach) this.#end(at(id).end, ' = undefined');
      } else if (id.type === 'ObjectPattern') {
        this.#begin(at(declarator).start, '(');
        this.#end(at(declarator).end, ')');
      } else if (id.type === 'Identifier' && isNameless(init)) {
        this.#wrap(init, `({ ${id.name}: `, ` }).${id.name}`);
      }
    }
    if (!isHead) this.#close(node);
  }

  /** Names in a pattern of a declaration. Those in its defaults and computed keys are references. */
  #pattern(pattern: Pattern, bindings: ReadonlySet<Node>): void {
    const self = this;
    walk(pattern, {
      enter(node, parent) {
        if (isFunction(node)) return this.skip();
        if (node.type === 'Property' && node.shorthand) self.#spellOut(node.key as Identifier, node.value, bindings);
        const isKey = parent?.type === 'Property' && parent.key === node && parent.value !== node;
        if (node.type === 'Identifier' && bindings.has(node) && !isKey) {
          const { start, end } = at(node);
          self.#text.update(start, end, `${self.#names.scope}.${node.name}`);
        }
      },
    });
  }

  #blank(start: number, end: number): void {
    if (end === start) return;
    const lines = this.#code.slice(start, end).replace(/[^\n]/g, '');
    if (lines === '') this.#text.remove(start, end);
    else this.#text.update(start, end, lines);
  }

  #atTop(node: Program['body'][number]): void {
    const { scope } = this.#names;
    if (node.type === 'ImportDeclaration') this.#import(node);
    else if (node.type === 'ExportNamedDeclaration' && node.declaration) {
      this.#blank(at(node).start, at(node.declaration).start);
      this.#atTop(node.declaration);
    } else if (node.type.startsWith('Export')) {
      throw new CellSyntaxError('a cell has nothing to export', {
        line: lineOf(node),
        remedy: 'Take the export away: the names at the top of a cell are there in all others.',
      });
    } else if (node.type === 'FunctionDeclaration') {
      const { name } = node.id;
      this.prologue.push(`${scope}.${name} = ${name};`);
    } else if (node.type === 'ClassDeclaration') {
      this.#begin(at(node).start, `${scope}.${node.id.name} = `);
      this.#end(at(node).end, ';');
    }
  }

  #import(node: ImportDeclaration): void {
    const { start, end } = at(node);
    this.#blank(start, end);
    const [specifier, names] = [JSON.stringify(node.source.value), JSON.stringify(importedNames(node))];
    this.prologue.push(`await ${this.#names.cell}.import(${specifier}, ${names}, ${lineOf(node)});`);
  }

  /** The last expression is what the cell gives; an assignment gives nothing. */
  #giveLast({ body }: Program): void {
    const last = body.at(-1);
    if (last?.type !== 'ExpressionStatement') return;
    const { expression } = last;
    if (expression.type === 'AssignmentExpression' || expression.type === 'UpdateExpression') return;
    const { start, end } = at(last);
    this.#begin(start, `return ${this.#names.cell}.wait((`);
    this.#end(this.#code[end - 1] === ';' ? end - 1 : end, '))', AROUND);
  }
}

function bindsAny(pattern: Pattern, bindings: ReadonlySet<Node>): boolean {
  let found = false;
  walk(pattern, {
    enter(node) {
      if (bindings.has(node)) found = true;
    },
  });
  return found;
}
