// Owns what the sources declare of functions and methods: the names of their parameters, which may be left out, and which members types hide.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export interface Declared {
  readonly names: readonly string[];
  /** Those without a question mark or a default. */
  readonly required: readonly string[];
  /** It takes a list of arguments, and matches it by itself. */
  readonly open: boolean;
}

const functions = new Map<string, Declared>();
const methods = new Map<string, Declared>();
const hidden = new Set<string>();

const source = fileURLToPath(new URL('../../../src', import.meta.url));
for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
  if (!file.endsWith('.ts')) continue;
  const text = readFileSync(`${source}/${file}`, 'utf8');
  for (const statement of ts.createSourceFile(file, text, ts.ScriptTarget.ESNext).statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name) {
      const declared = declaredBy(statement);
      if (statement.body) functions.set(keyOf(statement.name.text, declared.names), declared);
    } else if (ts.isClassDeclaration(statement) && statement.name) declareClass(statement, text);
  }
}

function declareClass(type: ts.ClassDeclaration, text: string): void {
  const owner = type.name!.text;
  for (const member of type.members) {
    // Private ones, and those with computed names, are not called from without.
    if (member.name && !ts.isIdentifier(member.name)) continue;
    const name = member.name ? (member.name as ts.Identifier).text : 'constructor';
    const isHidden =
      (ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) !== 0 ||
      /@internal/.test(text.slice(member.pos, member.end).split('*/', 1)[0]!);
    if (isHidden) hidden.add(`${owner}.${name}`);
    if (!ts.isMethodDeclaration(member) && !ts.isConstructorDeclaration(member)) continue;
    const declared = declaredBy(member);
    // Of overloads the last one, which has the body, is what runs; of those without names the first says more.
    const before = methods.get(`${owner}.${name}`);
    if (!before || before.open || !declared.open) methods.set(`${owner}.${name}`, declared);
  }
}

function declaredBy({ parameters }: ts.SignatureDeclaration): Declared {
  const plain = parameters.filter(
    ({ name, dotDotDotToken }) => ts.isIdentifier(name) && name.text !== 'this' && !dotDotDotToken,
  );
  const isRequired = ({ questionToken, initializer }: ts.ParameterDeclaration) => !questionToken && !initializer;
  const nameOf = ({ name }: ts.ParameterDeclaration) => (name as ts.Identifier).text;
  return {
    names: plain.map(nameOf),
    required: plain.filter(isRequired).map(nameOf),
    open: plain.length < parameters.length,
  };
}

function keyOf(name: string, names: readonly string[]): string {
  return `${name}(${names.join()})`;
}

/** What the sources say of a function, which they know by its name and those of its parameters. */
export function declaredFunction(call: (...args: never[]) => unknown): Declared | null {
  const inside = /^[^(]*\(([^()]*)\)/.exec(Function.prototype.toString.call(call))?.[1] ?? '';
  const names = inside
    .split(',')
    .map((word) => word.split('=')[0]!.trim())
    .filter((word) => /^\w+$/.test(word));
  return functions.get(keyOf(call.name, names)) ?? null;
}

/** What the sources say of a method of a class, or of its constructor. */
export const declaredMethod = (owner: string, name: string): Declared | null => methods.get(`${owner}.${name}`) ?? null;

/** Whether a member is private, protected or left out of the declarations. */
export const isHidden = (owner: string, name: string): boolean => hidden.has(`${owner}.${name}`);
