// Test images with what they are and what was read: the surest mistakes, or those of one cell of the matrix.

import { byId, formatShare, make } from 'lamplight-notebook/ui/dom';
import { focusWhileScrollable } from 'lamplight-notebook/ui/scrollable';
import { onThemeChange } from 'lamplight-notebook/ui/theme';
import { paintPlanes } from '../../ui/colormap';
import { type ReadImage, SIDE } from '../protocol';

export class GalleryPanel {
  private readonly title = byId('gallery-title', HTMLElement);
  private readonly note = byId('gallery-note', HTMLElement);
  private readonly list = byId('gallery', HTMLElement);
  private readonly back = byId('gallery-back', HTMLButtonElement);
  private mistakes: readonly ReadImage[] | null = null;
  private images: readonly ReadImage[] = [];

  /** `closed` runs when the reader goes back from a pair to the mistakes. */
  constructor(closed: () => void) {
    this.back.addEventListener('click', () => {
      this.showMistakes(this.mistakes);
      closed();
    });
    onThemeChange(() => this.paint());
    focusWhileScrollable(this.list);
  }

  get showsPair(): boolean {
    return !this.back.hidden;
  }

  /** The surest mistakes, or null before there are any results. */
  setMistakes(mistakes: readonly ReadImage[] | null): void {
    this.mistakes = mistakes;
    if (!mistakes || !this.showsPair) this.showMistakes(mistakes);
  }

  showPair(label: number, predicted: number, images: readonly ReadImage[]): void {
    const right = label === predicted;
    this.title.textContent = right ? `${label}, read right` : `${label}, read as ${predicted}`;
    this.note.textContent =
      images.length === 0
        ? 'No test digit belongs here.'
        : right
          ? 'Those in which the network is least confident, with its confidence.'
          : 'With the network’s confidence, the highest first.';
    this.back.hidden = false;
    this.fill(images);
  }

  private showMistakes(mistakes: readonly ReadImage[] | null): void {
    this.title.textContent = 'Most confident mistakes';
    this.back.hidden = true;
    this.note.textContent = mistakes
      ? mistakes.length > 0
        ? 'What the network read, with its confidence, and the digit that was written.'
        : 'Not one mistake on the test set.'
      : 'The wrong answers that the network was most certain of appear here after the first epoch.';
    this.fill(mistakes ?? []);
  }

  private fill(images: readonly ReadImage[]): void {
    this.images = images;
    this.list.replaceChildren(
      ...images.map(({ label, predicted, probability, index }) => {
        const picture = make('canvas', { className: 'pixels', title: `Test image ${index}` });
        picture.setAttribute('role', 'img');
        picture.setAttribute('aria-label', `A handwritten ${label}`);
        const what = label === predicted ? `${label}` : `${predicted}, is ${label}`;
        return make(
          'li',
          {},
          picture,
          make('p', {}, what, ' ', make('small', { className: 'number' }, formatShare(probability, 0))),
        );
      }),
    );
    this.paint();
  }

  private paint(): void {
    this.list.querySelectorAll('canvas').forEach((canvas, i) => {
      const values = this.images[i]?.pixels;
      if (values) paintPlanes(canvas, { count: 1, height: SIDE, width: SIDE, values }, { range: 255 });
    });
  }
}
