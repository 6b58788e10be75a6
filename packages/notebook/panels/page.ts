// A page of the gallery inside a lesson: its recorded picture, and the page itself once that is asked for.
import { escaped } from '../render/escaped';
import type { Life, PageData } from './data';

/** The way from the page of a course to the site's home. */
const ROOT = '../../';

const insideHtml = ({ name, title, alt }: PageData, root: string): string => {
  const address = `${root}gallery/${name}/`;
  return `<p class="touch-title">${escaped(title)}</p><div class="page-place"><img loading="lazy" decoding="async" src="${address}recorded.webp" alt="${escaped(alt)}"></div><p class="touch-buttons"><button type="button" class="button" data-do="open" disabled>Try it here</button><a class="button quiet" href="${address}">Open its page</a></p>`;
};

/** The panel as it is first seen, in the page of a course. */
export const pageHtml = (data: PageData): string => insideHtml(data, ROOT);

/** Brings a panel that stands in the page to life. */
export function wakePage(root: HTMLElement, data: PageData): Life {
  const home = document.getElementById('content')?.dataset.root ?? ROOT;
  if (home !== ROOT) root.innerHTML = insideHtml(data, home);
  const button = root.querySelector<HTMLButtonElement>('[data-do="open"]')!;
  button.disabled = false;
  button.addEventListener('click', () => {
    const frame = document.createElement('iframe');
    frame.title = data.title;
    frame.src = `${home}gallery/${data.name}/?inside`;
    root.querySelector('.page-place')!.replaceChildren(frame);
    button.remove();
    frame.focus();
  });
  return { end: () => {} };
}
