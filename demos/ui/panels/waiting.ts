// What stands in the place of a drawing until there is something to draw: a sentence, which an empty canvas does not say.
import { make } from 'lamplight-notebook/ui/dom';

export class Waiting {
  readonly element: HTMLElement;

  /** @param drawing what is hidden until `isDrawn` is set */
  constructor(
    private readonly drawing: HTMLElement,
    text: string,
  ) {
    this.element = make('p', { className: 'waiting' }, text);
    this.isDrawn = false;
  }

  set isDrawn(isDrawn: boolean) {
    this.element.hidden = isDrawn;
    this.drawing.hidden = !isDrawn;
  }
}
