import { describe, expect, it } from 'vitest';
import { comments, errors, found, rooms } from '../../scripts/english.mjs';
import { sources } from '../../scripts/repeats.mjs';

const MOST = 4;

const translated = [
  'At the end of the call that brought it: throws what failed of which nobody has heard. What still goes on there is not waited for.',
  'Notes how long a run of a plan takes that begins now, with what it waits for; of a first run, what is left of it once its kernels are there.',
  'What `work` makes of what was read, once all that was asked for before has had its turn, whichever data set it is of.',
  'A recipe keeps alive what it is made from, so alone it hangs on little more than its own bytes.',
  'How many binary digits the numbers are away from 1, all together; what is no number, or does not fit, is farthest.',
  'What nothing is marked with yet.',
  'Who needs more than that makes garbage.',
  'The result is proportional to `a0`, and 0 where that is, by a finite factor that `a1` decides.',
  'Whether what is to be done at least has been done.',
  'So what was to be pooled never exists.',
];

const plain = [
  'Throws the first error that no caller has seen. Calls still running are not awaited.',
  'Notes the time from now until a run of a plan ends, waits included; for a first run, from the moment its kernels are there.',
  'Calls `work` with the items read, after every earlier request has had its turn, for any data set.',
  'A recipe keeps its ingredients alive, so a single one retains little more than its own bytes.',
  'The sum of |log₂|x|| over the numbers; NaN, and integers that do not fit, count as farthest.',
  'A fresh mark.',
  'A caller that needs more memory allocates it.',
  'If `a0` is 0 the result is 0; otherwise it is `a0` times a finite factor, which depends on `a1`.',
  'Whether the minimum of epochs and steps has been reached.',
  'The unpooled values are never stored.',
  'Errors say what was expected.',
  'The mode decides what is kept for backward.',
  'A choice, which the tuner may change; those which lose are forgotten.',
  'What to do with the last, smaller batch.',
  'A reader who knows PyTorch finds the same names.',
];

const finds = (text: string) => found(comments(`/** ${text} */`)).length;

describe('the English of comments', () => {
  it.each(translated)('finds: %s', (text) => expect(finds(text)).toBe(1));

  it.each(plain)('leaves: %s', (text) => expect(finds(text)).toBe(0));

  it('reads a sentence across the lines of a block, and errors', () => {
    const source = [
      '/**',
      ' * Reads the file, or what',
      ' * is left of it.',
      ' */',
      "throw new RangeError('f: got 3, what is no number');",
    ].join('\n');
    expect(found(comments(source)).map(({ at }) => at)).toEqual([3]);
    expect(found(errors(source)).map(({ at }) => at)).toEqual([5]);
  });

  it.each([...rooms(sources('src'))])(`has at most ${MOST} % of translated lines in %s`, (_, { lines, finds }) => {
    expect(
      (100 * finds.length) / lines,
      finds.map(({ file, line }) => `${file}:${line.at}: ${line.text}`).join('\n'),
    ).toBeLessThanOrEqual(MOST);
  });
});
