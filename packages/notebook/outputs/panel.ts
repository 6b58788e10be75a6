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

/** Brings a panel that was recorded to life as soon as it is seen; what is given back ends it. */
export function wakeOnSight(root: HTMLElement): () => void {
  let end: (() => void) | undefined;
  let isClosed = false;
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    seen.disconnect();
    void import('../panels').then(({ wake }) => {
      if (!isClosed) end = wake(root);
    });
  });
  seen.observe(root);
  return () => {
    isClosed = true;
    seen.disconnect();
    end?.();
  };
}
