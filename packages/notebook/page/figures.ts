// The drawings and photographs that came with a course's page: a text that is drawn again shows them again.

const FIGURE = '[data-figure]';

/** Figures by what texts call them, such as `figures/kernel.svg`. */
export type Figures = ReadonlyMap<string, Element>;

export const figuresIn = (page: ParentNode): Figures =>
  new Map([...page.querySelectorAll<HTMLElement | SVGElement>(FIGURE)].map((one) => [one.dataset.figure ?? '', one]));

/** Puts the page's figures where a text names them. */
export function putFigures(text: ParentNode, figures: Figures): void {
  for (const image of text.querySelectorAll('img')) {
    const figure = figures.get(image.getAttribute('src') ?? '');
    if (figure) image.replaceWith(figure.cloneNode(true));
  }
}
