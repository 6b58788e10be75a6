// Lists the courses on other pages: the path from the first to the last, and what lies beyond it.
import type { Notebook } from '../../packages/notebook/file/notebook.ts';
import { escaped } from '../../packages/notebook/render/code.ts';
import { emblem } from './emblems.ts';
import { exercisesOf, readingMinutes } from './reading.ts';

/** A notebook of the site. */
export interface Entry {
  /** The name of the file without its ending, and of the page's folder. */
  readonly name: string;
  readonly source: string;
  readonly notebook: Notebook;
}

/** What the courses lead through, in their order. */
const STATIONS = ['One layer', 'A network', 'Data and training', 'What it looks at', 'The whole field'];

/** Courses in the order of the path, then the other notebooks. */
export const inOrder = (all: readonly Entry[]): Entry[] =>
  [...all].sort(
    ({ name, notebook: { front: a } }, { name: other, notebook: { front: b } }) =>
      (a.step ?? Number.MAX_SAFE_INTEGER) - (b.step ?? Number.MAX_SAFE_INTEGER) ||
      a.order - b.order ||
      name.localeCompare(other),
  );

export const isCourse = ({ notebook: { front } }: Entry): boolean => front.step !== null;

/** How long it takes to read, and the exercises, of which a page's script says how many are solved. */
export function told({ name, notebook }: Entry): string {
  const exercises = exercisesOf(notebook).length;
  const words = `${exercises} exercise${exercises === 1 ? '' : 's'}`;
  const count = `<span data-course="${name}" data-exercises="${exercises}">${words}</span>`;
  return `${readingMinutes(notebook)} min to read${exercises > 0 ? ` · ${count}` : ''}`;
}

function card(entry: Entry, root: string, mark: string): string {
  const { name, notebook } = entry;
  const { title, summary, question } = notebook.front;
  return `<li><a class="card" href="${root}notebook/${name}/">${emblem(name)}
<strong>${mark}${escaped(title)}</strong>
<span>${escaped(question || summary)}</span>
<small>${told(entry)}</small></a></li>`;
}

/** All notebooks as cards. @param root from the page to the site's home */
export function courseCards(all: readonly Entry[], root: string): string {
  const courses = all.filter(isCourse);
  const others = all.filter((entry) => !isCourse(entry));
  const steps = courses.map((entry, i) => card(entry, root, `<b class="mark">Course ${i + 1}</b> `));
  const more = others.map((entry) => card(entry, root, ''));
  const beyond = more.length > 0 ? `<h3>And beyond them</h3><ul class="cards">${more.join('\n')}</ul>` : '';
  return `<ol class="cards">${steps.join('\n')}</ol>${beyond}`;
}

/** The path as a map: a station a course. */
export function courseMap(all: readonly Entry[], root: string): string {
  const stations = all.filter(isCourse).map(({ name, notebook: { front } }, i) => {
    const words = STATIONS[i] ?? front.title;
    return `<li><a href="${root}notebook/${name}/" data-station="${name}"><b>${i + 1}</b> ${escaped(words)}</a></li>`;
  });
  return `<nav class="path" aria-label="The path through the courses"><ol>${stations.join('\n')}</ol></nav>`;
}
