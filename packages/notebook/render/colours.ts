// Which parts of code are coloured alike, in the editor and in code that no editor has opened.
import { type Tag, tags } from '@lezer/highlight';

/** By the name of a colour, `--code-…`. What is in none of them, such as a name, has the colour of text. */
export const colourGroups: Readonly<Record<string, readonly Tag[]>> = {
  keyword: [tags.keyword, tags.modifier, tags.operatorKeyword, tags.self, tags.null, tags.bool, tags.atom],
  string: [tags.string, tags.special(tags.string), tags.regexp],
  number: [tags.number],
  comment: [tags.comment],
  type: [tags.typeName, tags.className, tags.namespace],
  quiet: [tags.punctuation, tags.operator, tags.bracket],
};
