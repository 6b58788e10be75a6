// Panels that cells give: what draws them and brings them to life comes with the first of them.
import type { Ask, Life, PanelData } from '../panels/data';
import type { PanelOutput } from '../protocol';
import { make } from '../ui/dom';

export class LatePanel {
  readonly element = make('div', { className: 'panel-place' });
  private life: Life | undefined;
  /** What was drawn last. */
  private drawn: PanelData['panel'] | undefined;
  private isClosed = false;

  constructor(
    output: PanelOutput,
    private readonly ask: Ask,
  ) {
    this.update(output);
  }

  update({ data }: PanelOutput): void {
    void import('../panels').then(({ panelHtml, wake }) => {
      if (this.isClosed) return;
      if (this.drawn === data.panel && this.life?.update) {
        this.life.update(data);
        return;
      }
      this.life?.end();
      this.element.innerHTML = panelHtml(data);
      this.life = wake(this.element.firstElementChild as HTMLElement, data, this.ask);
      this.drawn = data.panel;
    });
  }

  close(): void {
    this.isClosed = true;
    this.life?.end();
  }
}

/** Brings a panel that was recorded to life as soon as it is seen; what is given back ends it. */
export function wakeOnSight(root: HTMLElement): () => void {
  let life: Life | undefined;
  let isClosed = false;
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    seen.disconnect();
    void import('../panels').then(({ wake }) => {
      if (!isClosed) life = wake(root);
    });
  });
  seen.observe(root);
  return () => {
    isClosed = true;
    seen.disconnect();
    life?.end();
  };
}
