// Splits a caption into words, in lower case and without punctuation.

import { ArgumentError, type Tensor } from '../../../../torch';
import { type Arguments, kinds, Printable, parseArgs, shown } from '../../../../torch/inside';
import { tensorOf } from '../host';

const wordsOf = (caption: string): string[] => caption.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];

const lengthKind = kinds.orNull(kinds.whole(0, 2 ** 20));
const rowsKind = { ...kinds.listOf(kinds.listOf(kinds.number)), words: 'a list of rows of numbers' };

const NAME = 'CaptionVocabulary';

const texts = { ...kinds.listOf(kinds.text), words: 'a list of texts' };

interface CaptionArguments {
  captions: readonly string[];
  /** How many. */
  length?: number | null;
}

type CaptionRows = readonly (readonly number[])[];

/**
 * Numbers the words of captions: the first word is 1, and 0 marks the end. Words are in lower case; punctuation is
 * ignored.
 *
 *     const vocabulary = new CaptionVocabulary(['a red square', 'a blue bar']);
 *     vocabulary.encode(['a blue square']);               // int64 [1, 3]: 1, 4, 3
 *     vocabulary.decode(await captions.tolist());         // ['a blue square']
 */
export class CaptionVocabulary extends Printable {
  readonly words: readonly string[];
  private readonly numbers: ReadonlyMap<string, number>;

  constructor(...args: Arguments<{ captions: readonly string[] }, ['captions']>) {
    super();
    const { captions } = parseArgs<{ captions: readonly string[] }>(NAME, ['captions'], {}, args, { captions: texts });
    this.words = [...new Set(captions.flatMap(wordsOf))];
    this.numbers = new Map(this.words.map((word, i) => [word, i + 1]));
  }

  /** How many words there are. */
  get size(): number {
    return this.words.length;
  }

  /**
   * The numbers of the words of each caption, then zeros (int64 [N, length]). By default, `length` is that of the
   * longest caption.
   *
   * @throws ArgumentError if a word is not in the vocabulary
   */
  encode(...args: Arguments<CaptionArguments, ['captions', 'length']>): Tensor {
    const { captions, length } = parseArgs<CaptionArguments>(
      'CaptionVocabulary.encode',
      ['captions'],
      { length: null },
      args,
      { captions: texts, length: lengthKind },
    );
    const rows = captions.map((caption) =>
      wordsOf(caption).map((word) => {
        const number = this.numbers.get(word);
        if (number !== undefined) return number;
        throw new ArgumentError(`CaptionVocabulary: expected words of the vocabulary, but got ${shown(word)}`);
      }),
    );
    const most = length ?? rows.reduce((longest, row) => Math.max(longest, row.length), 1);
    const data = new Int32Array(rows.length * most);
    rows.forEach((row, i) => {
      data.set(row.slice(0, most), i * most);
    });
    return tensorOf(data, [rows.length, most], 'int64');
  }

  /** The texts of rows of word numbers, each up to its first 0. */
  decode(...args: Arguments<{ captions: CaptionRows }, ['captions']>): string[] {
    const { captions } = parseArgs<{ captions: CaptionRows }>('CaptionVocabulary.decode', ['captions'], {}, args, {
      captions: rowsKind,
    });
    return captions.map((row) => {
      const end = row.indexOf(0);
      return row
        .slice(0, end < 0 ? row.length : end)
        .map((number) => this.words[number - 1] ?? '?')
        .join(' ');
    });
  }

  override toString(): string {
    return `CaptionVocabulary(${this.size} words)`;
  }
}
