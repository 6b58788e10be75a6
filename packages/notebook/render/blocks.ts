// The blocks of a lesson in Markdown: a question to answer before a cell is run, a hint, a summary, a glossary. They can be read without a script.
//
//   <!-- predict -->
//   How many rows has the map?
//
//   - [ ] 28: that is the size of the picture
//   - [x] 26: the kernel fits at 26 places
//   <!-- /predict -->
import type { RendererThis, Token, TokenizerAndRendererExtension, TokenizerThis } from 'marked';

const BLOCK = /^<!-- (predict|hint|summary|glossary)(?: [\w-]+)? -->\n([\s\S]*?)\n?<!-- \/\1 --> *(?:\n|$)/;
/** An answer: whether it is right, what it says, and why. */
const ANSWER = /^- \[([ xX])\] +([\s\S]+)$/;

type Kind = 'predict' | 'hint' | 'summary' | 'glossary';

interface Answer {
  readonly isRight: boolean;
  readonly words: readonly Token[];
  readonly why: readonly Token[];
}

interface Block {
  readonly kind: Kind;
  readonly tokens: readonly Token[];
  readonly answers: readonly Answer[];
}

/** The lines of each answer, and the lines that are of none. */
function parted(text: string): { readonly rest: string; readonly items: readonly string[] } {
  const rest: string[] = [];
  const items: string[] = [];
  for (const line of text.split('\n')) {
    if (ANSWER.test(line)) items.push(line);
    else if (items.length > 0 && /^\s+\S/.test(line)) items.push(`${items.pop()}\n${line.trim()}`);
    else rest.push(line);
  }
  return { rest: rest.join('\n'), items };
}

function answerOf({ lexer }: TokenizerThis, item: string): Answer {
  const [, mark = '', text = ''] = ANSWER.exec(item) ?? [];
  // What stands in `code` is of the answer, whatever its colons.
  const [, words = text, why = ''] = /^((?:`[^`]*`|[^`])*?):\s+([\s\S]*)$/.exec(text) ?? [];
  return { isRight: mark !== ' ', words: lexer.inlineTokens(words), why: lexer.inlineTokens(why) };
}

function block(lexing: TokenizerThis, kind: Kind, text: string): Block {
  const { rest, items } = kind === 'predict' ? parted(text) : { rest: text, items: [] };
  const answers = items.map((item) => answerOf(lexing, item));
  return { kind, tokens: lexing.lexer.blockTokens(rest, []), answers };
}

function html({ parser }: RendererThis, { kind, tokens, answers }: Block): string {
  const body = parser.parse([...tokens]);
  const answer = ({ isRight, words, why }: Answer) =>
    `<details><summary>${parser.parseInline([...words])}</summary><p class="lesson-${isRight ? 'right' : 'wrong'}">${isRight ? 'Right' : 'No'}: ${parser.parseInline([...why])}</p></details>\n`;
  const named = (name: string) => `<p class="lesson-name">${name}</p>\n`;
  switch (kind) {
    case 'hint':
      return `<details class="lesson lesson-hint"><summary>Hint</summary>\n${body}</details>\n`;
    case 'predict':
      return `<div class="lesson lesson-predict">${named('Predict, then run')}${body}<div class="lesson-answers">\n${answers.map(answer).join('')}</div></div>\n`;
    case 'summary':
      return `<div class="lesson lesson-summary">${named('What to remember')}${body}</div>\n`;
    case 'glossary':
      return `<div class="lesson lesson-glossary">${named('Glossary')}${body}</div>\n`;
  }
}

export const blocks: TokenizerAndRendererExtension = {
  name: 'lesson',
  level: 'block',
  start: (text) => text.search(/^<!-- (?:predict|hint|summary|glossary)\b/m),
  tokenizer(text) {
    const found = BLOCK.exec(text);
    return found ? { type: 'lesson', raw: found[0], block: block(this, found[1] as Kind, found[2] ?? '') } : undefined;
  },
  renderer(token) {
    return html(this, token.block as Block);
  },
};
