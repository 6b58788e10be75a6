// Keeps equal texts of kernels in memory once. Plans for other sizes often have the same texts, some 20 kB each, written anew.

const texts = new Map<string, string>();
/** Above this number all are forgotten, so that they do not grow without bound where texts hold sizes. */
const MAX_TEXTS = 512;

/** The text that was given first of those equal to this one. */
export function once(text: string): string {
  const first = texts.get(text);
  if (first !== undefined) return first;
  if (texts.size === MAX_TEXTS) texts.clear();
  texts.set(text, text);
  return text;
}
