// What a reader has done in the exercises of a course, kept in this browser: which are solved, and what was typed.
import type { Language } from '../file/notebook';
import { remember, remembered } from '../ui/kept';

const SOLVED = 'lamplight-solved';
const ANSWERS = 'lamplight-answers';

type Kept<T> = Readonly<Record<string, T>>;

function read<T>(key: string): Kept<T> {
  try {
    const value: unknown = JSON.parse(remembered(key) ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Kept<T>) : {};
  } catch {
    return {};
  }
}

/** Names of the exercises of a course that are solved, in whichever language. */
export function solvedOf(course: string): readonly string[] {
  const names: unknown = read<unknown>(SOLVED)[course];
  return Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string') : [];
}

/** A course as it is read in one language. */
export class Lesson {
  private readonly place: string;

  constructor(
    private readonly course: string,
    language: Language,
  ) {
    this.place = `${course}/${language}`;
  }

  isSolved(name: string): boolean {
    return solvedOf(this.course).includes(name);
  }

  solve(name: string): void {
    if (this.isSolved(name)) return;
    remember(SOLVED, JSON.stringify({ ...read(SOLVED), [this.course]: [...solvedOf(this.course), name] }));
  }

  /** What was typed in an exercise; undefined where nothing was. */
  answer(name: string): string | undefined {
    const text: unknown = read<Kept<unknown>>(ANSWERS)[this.place]?.[name];
    return typeof text === 'string' ? text : undefined;
  }

  /** Keeps what was typed; null forgets it. */
  keep(name: string, text: string | null): void {
    const all = read<Kept<string>>(ANSWERS);
    const { [name]: _, ...others } = all[this.place] ?? {};
    const own = text === null ? others : { ...others, [name]: text };
    remember(ANSWERS, JSON.stringify({ ...all, [this.place]: own }));
  }
}
