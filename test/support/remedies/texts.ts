// Owns the scan of the sources for texts that say what to write instead.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** A text of the sources whose remedy is code. */
export interface Text {
  /** Its file and line. */
  readonly place: string;
  /** With … for what is put in. */
  readonly text: string;
  /** Which messages it makes. */
  readonly makes: RegExp;
}

const HOLE = '\u0000';

/** A string, a template or a sum of them as one text. */
function textOf(node: ts.Node): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => HOLE + literal.text).join('');
  if (isSum(node)) return textOf(node.left) + textOf(node.right);
  return ts.isParenthesizedExpression(node) ? textOf(node.expression) : HOLE;
}

const isSum = (node: ts.Node): node is ts.BinaryExpression =>
  ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;

const TOLD = '(?:await|call|convert|give|leave|load|make|pass|put|read|return|save|send|take|use|write) ';
const VERBS = new RegExp(`^${TOLD}`);

/** A call, a method, an option with its value, a `new`, or a name in camelCase. */
const CODE = /\w\(|\.\w+\(|\{ \w+|\w+: |\bnew \w|\b[a-z]+[A-Z]\w*|\b\w+\.[a-zA-Z]\w+/;

/** Whether a file can have such a text, so that few files are parsed. */
const LIKELY = new RegExp(`["'\`][^'"\n]*; [a-z(.\`]|["'\`]${TOLD}`);

/** Python and WGSL are made of statements. */
const PROGRAM = /;\n|\bfn |\blet |\bvar |^import |^return \w+\.|^return getattr/;

/** What a text says to do: what follows its semicolon, or all of it where it begins by telling to. */
function remedyIn(text: string): string | null {
  if (PROGRAM.test(text)) return null;
  const at = text.indexOf('; ');
  return at >= 0 ? text.slice(at + 2) : VERBS.test(text) ? text : null;
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** All texts of the sources whose remedy is code to type. */
export function statedRemedies(): Text[] {
  const source = fileURLToPath(new URL('../../../src', import.meta.url));
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, readFileSync(`${source}/${file}`, 'utf8')] as const)
    .filter(([, content]) => LIKELY.test(content))
    .flatMap(([file, content]) => textsIn(file, content));
}

function textsIn(file: string, content: string): Text[] {
  const tree = ts.createSourceFile(file, content, ts.ScriptTarget.ESNext);
  const found: Text[] = [];
  const visit = (node: ts.Node): void => {
    // Types say nothing when they run; test/long/node/editor.test.ts asks what an editor quotes of them.
    if (ts.isTypeNode(node)) return;
    if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) || isSum(node)) {
      const text = textOf(node);
      const remedy = remedyIn(text);
      if (remedy !== null && CODE.test(remedy)) {
        const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree));
        // Errors are told under the name that was called.
        const parts = text.replace(/^\w+: /, `${HOLE}: `).split(HOLE);
        const makes = new RegExp(parts.map(escaped).join('[^]*?'));
        found.push({ place: `${file}:${line + 1}`, text: text.replaceAll(HOLE, '…'), makes });
        return;
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** The texts that can have made a message, or a part of it. */
export const textsOf = (message: string, texts: readonly Text[]): Text[] =>
  texts.filter(({ makes }) => makes.test(message));
