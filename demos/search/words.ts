// The words of texts and of questions: in lower case, identifiers apart at their joints, so that max_pool2d and maxPool2d are the same words.

const JOINT = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;

/** The words as they are written, in their order: `maxPool2d` is `max` and `Pool2d`. */
export const wordsOf = (text: string): string[] =>
  text.split(/[^\p{L}\p{N}]+/u).flatMap((each) => (each === '' ? [] : each.split(JOINT)));

/** What a word is compared by: in lower case, and without the `s` of a plural. */
export const plainWord = (word: string): string => word.toLowerCase().replace(/(?<=..[^siu])(?<!ia)s$/, '');

/** Words that say nothing of what is asked. */
const SMALL = new Set(
  'a an and are as at be by can do does for from has have how i in is it its of on or that the their this to was what when where which who why with you your'.split(
    ' ',
  ),
);

/** The words of a question that say what is asked: all of them, where none does. */
export function askedWords(question: string): string[] {
  const words = wordsOf(question);
  const telling = words.filter((word) => !SMALL.has(word.toLowerCase()));
  return telling.length > 0 ? telling : words;
}
