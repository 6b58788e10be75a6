// Finds comments and errors of `src` that read like a translation: `node scripts/english.mjs [--room NAME] [--lines]`.
//
// The pattern is the free relative: a clause that begins with *what*, *who*, *whatever* and stands where a noun should ("throws what failed",
// "Who needs more makes garbage"), and its kin (*of which*, *all that was …*, *whose … is asked for*, *not to be had*, *is to be done*, *0 where that is*).
// A question is none: *say what failed*, *decides what to do*, *which of them*. To mend one, name the thing, give one subject one verb, and put the case
// before the consequence. A room is a folder of `src`; its share is of its lines of comment, and of all errors of `src` the share of their texts.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { parsed, runCommand } from './options.mjs';
import { sources } from './repeats.mjs';

const usage = 'Usage: node scripts/english.mjs [--room NAME] [--lines]';

/** Verbs and prepositions that a question follows. */
const asks =
  'say|says|said|saying|tell|tells|told|telling|ask|asks|asked|know|knows|known|decide|decides|see|sees|show|shows|choose|chooses|explain|explains|learn|learns|guess|find out';

/** The words by which a clause goes on after *what*, where it is no question: a verb, a pronoun, a negation. */
const follows =
  'is|was|are|were|has|had|have|can|could|may|might|must|would|will|should|does|did|do|goes|went|comes|came|fails|failed|stands|stood|lies|remains|follows|it|they|he|one|we|you|no|not|nothing|nobody|still|else|makes|takes|holds|needs|reads';

/** A free relative, and its kin. */
export const pattern = new RegExp(
  [
    `(?<!\\b(?:${asks})\\s)\\bwhat(?:ever)? (?:${follows})(?![\\w?])|\\bwhat \``,
    '(?:^|[.;:]\\s)who(?:ever)?\\b',
    '\\bof (?:which|whom)\\b',
    '\\ball that (?:is|was|are|were|has|had|it|they)\\b',
    '\\bwhose\\b[^.;]{0,60}\\b(?:is|are|was|were) (?:asked|wanted|looked) for\\b',
    '\\b(?:not|nowhere|never) to be (?:had|found|seen)\\b',
    '\\b(?:is|are|was|were) (?:not )?to be\\b',
    '\\b(?:where|as|if|when) that (?:is|was|does|has)[,.;)]',
  ].join('|'),
  'gi',
);

/**
 * One line of comment, or the text of one error.
 * @typedef {{ at: number, text: string }} Line
 */

/**
 * The lines of comment of a source, without their marks.
 * @param {string} source
 */
export function comments(source) {
  /** @type {Line[][]} */
  const blocks = [];
  let isOpen = false;
  let last = -1;
  for (const [index, raw] of source.split('\n').entries()) {
    const found = isOpen || /^\s*\/[/*]/.test(raw) ? raw : raw.match(/\s(\/\/ .*)$/)?.[1];
    if (found === undefined) continue;
    const text = found.replace(/^\s*(?:\/\*\*?|\*(?!\/)|\/\/)?\s?/, '').replace(/\s*\*\/.*$/, '');
    const isNext = last === index - 1 && !/^@/.test(text);
    isOpen = (isOpen || /^\s*\/\*/.test(raw)) && !raw.includes('*/');
    last = index;
    if (!/[a-z]/i.test(text)) continue;
    const line = { at: index + 1, text };
    const block = isNext ? blocks.at(-1) : undefined;
    if (block) block.push(line);
    else blocks.push([line]);
  }
  return blocks;
}

/**
 * The texts of the errors that a source makes, one by one.
 * @param {string} source
 */
export function errors(source) {
  return [
    ...source.matchAll(/Error\(\s*(?:[\w.]+,\s*)?(`(?:[^`\\]|\\.)*`|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")/g),
  ].map((match) => [
    {
      at: source.slice(0, match.index).split('\n').length,
      text: (match[1] ?? '').slice(1, -1).replace(/\$\{[^}]*\}/g, '…'),
    },
  ]);
}

/**
 * The lines of some blocks on which the pattern begins.
 * @param {Line[][]} blocks
 */
export function found(blocks) {
  return blocks.flatMap((block) => {
    const text = block.map((line) => line.text).join(' ');
    const starts = [...text.matchAll(pattern)].map(({ index, 0: { length } }) => index + length - 1);
    let end = 0;
    return block.filter((line) => {
      const start = end;
      end += line.text.length + 1;
      return starts.some((at) => at >= start && at < end);
    });
  });
}

/**
 * Lines and finds by room; `errors` is the room of all texts of errors.
 * @param {ReadonlyMap<string, string>} files Texts by path.
 */
export function rooms(files) {
  /** @type {Map<string, { lines: number, finds: { file: string, line: Line }[] }>} */
  const all = new Map();
  for (const [file, source] of files) {
    for (const [name, blocks] of /** @type {const} */ ([
      [file.split('/')[0] ?? file, comments(source)],
      ['errors', errors(source)],
    ])) {
      const room = all.get(name) ?? { lines: 0, finds: [] };
      all.set(name, room);
      room.lines += blocks.flat().length;
      room.finds.push(...found(blocks).map((line) => ({ file, line })));
    }
  }
  return all;
}

/** @param {string[]} args */
function options(args) {
  const names = /** @type {const} */ ({
    room: { type: 'string' },
    lines: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  });
  const { values } = parsed(usage, () => parseArgs({ args, options: names }));
  return values.help ? undefined : values;
}

if (process.argv[1] === import.meta.filename) {
  await runCommand(usage, options, async ({ room, lines }) => {
    for (const [name, { lines: count, finds }] of rooms(sources('src'))) {
      if (room !== undefined && room !== name) continue;
      console.log(
        `${((100 * finds.length) / Math.max(1, count)).toFixed(1).padStart(5)} %  ${name}: ${finds.length} of ${count}`,
      );
      if (!lines && room === undefined) continue;
      for (const { file, line } of finds) console.log(`${file}:${line.at}: ${line.text}`);
    }
    return 0;
  });
}
