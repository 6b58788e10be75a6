// Panels that cells give: what draws them and brings them to life comes with the first of them.
import type { PanelOutput } from '../protocol';
import { make } from '../ui/dom';

export class LatePanel {
  readonly element = make('div', { className: 'panel-place' });
  private end: (() => void) | undefined;
  private isClosed = false;

  constructor(output: PanelOutput) {
    this.update(output);
  }

  update({ data }: PanelOutput): void {
    void import('../panels').then(({ panelHtml, wake }) => {
      if (this.isClosed) return;
      this.end?.();
      this.element.innerHTML = panelHtml(data);
      this.end = wake(this.element.firstElementChild as HTMLElement, data);
    });
  }

  close(): void {
    this.isClosed = true;
    this.end?.();
  }
}
