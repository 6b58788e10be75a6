// Owns the lines above a notebook that say its title and what else lists show of it.
import { type Cell, emptyFront, type Front, headingOf, type Language, plainName } from './notebook.ts';

const names = [
  ...(['title', 'course', 'step', 'order', 'minutes', 'minutes-full', 'summary', 'question', 'able', 'knows'] as const),
  ...(['picture', 'picture-text', 'languages'] as const),
];
type Name = (typeof names)[number];

/** What stands between the parts of a list. */
const LIST = /\s*;\s*/;

/** Reads `name: value` lines; null where they are something else. */
export function readFront(lines: readonly string[]): Partial<Record<string, string>> | null {
  const values: Record<string, string> = {};
  for (const line of lines) {
    if (line.trim() === '') continue;
    const at = line.indexOf(':');
    const [name, rest] = [line.slice(0, at), line.slice(at + 1)];
    if (at < 0 || !/^[\w-]+$/.test(name) || !/^(?: |$)/.test(rest)) return null;
    const value = rest.trim();
    values[name] = /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value;
  }
  return values;
}

const number = (text: string | undefined): number | null => {
  const value = Number(text);
  return text && Number.isFinite(value) ? value : null;
};

const languages = (text: string | null): Language[] =>
  (text ?? '').split(/, */).filter((name) => name === 'typescript' || name === 'python');

const list = (text: string | null): string[] => (text ?? '').split(LIST).filter((part) => part !== '');

/** A front of texts by name; what is not said is read from the cells, or left open. */
export function frontOf(values: Readonly<Partial<Record<string, string>>>, cells: readonly Cell[]): Front {
  const value = (name: Name) => values[name] || null;
  return {
    title: plainName(value('title') ?? headingOf(cells) ?? '') || emptyFront.title,
    course: value('course'),
    step: number(values.step),
    question: value('question') ?? '',
    able: list(value('able')),
    knows: list(value('knows')),
    picture: value('picture') ?? '',
    pictureText: value('picture-text') ?? '',
    minutes: number(values.minutes),
    minutesFull: number(values['minutes-full']),
    order: number(values.order) ?? emptyFront.order,
    summary: value('summary') ?? '',
    languages: languages(value('languages')),
  };
}

/** What is said of a notebook, as texts by name. */
export function valuesOf(front: Front): readonly (readonly [name: Name, value: string])[] {
  const { title, course, step, order, minutes, minutesFull, summary, question, picture } = front;
  const all = {
    title,
    course,
    step,
    order: order === emptyFront.order ? null : order,
    minutes,
    'minutes-full': minutesFull,
    summary,
    question,
    able: front.able.join('; '),
    knows: front.knows.join('; '),
    picture,
    'picture-text': front.pictureText,
    languages: front.languages.join(', '),
  };
  return names.flatMap((name) => {
    const value = all[name];
    return value === null || value === '' ? [] : [[name, String(value).replace(/\s+/g, ' ').trim()] as const];
  });
}
