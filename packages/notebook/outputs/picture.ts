// Pictures that cells show: one, or a grid with captions; the bytes for the page's theme, at the size that was asked for.

import type { GridOutput, PictureOutput } from '../protocol';
import { make } from '../ui/dom';
import { isDark, onThemeChange } from '../ui/theme';

export class PictureView {
  readonly element: HTMLElement;
  private readonly image = make('img', { decoding: 'async' });
  private readonly caption = make('figcaption');
  private url = '';
  private readonly offTheme = onThemeChange(() => {
    if (this.output.dark) this.update(this.output);
  });

  constructor(private output: PictureOutput) {
    this.element = make('figure', { className: 'out picture' }, this.caption, this.image);
    this.update(output);
  }

  close(): void {
    this.offTheme();
    URL.revokeObjectURL(this.url);
  }

  update(output: PictureOutput): void {
    this.output = output;
    const { image } = this;
    image.width = Math.round(output.width);
    image.height = Math.round(output.height);
    image.alt = output.alt;
    image.classList.toggle('pixelated', output.pixelated);
    this.caption.textContent = output.title;
    this.caption.hidden = output.title === '';
    const before = this.url;
    this.url = URL.createObjectURL(isDark() && output.dark ? output.dark : output.png);
    image.src = this.url;
    if (before) URL.revokeObjectURL(before);
  }
}

export class GridView {
  readonly element = make('figure', { className: 'out grid' });
  private pictures: PictureView[] = [];

  constructor(output: GridOutput) {
    this.update(output);
  }

  close(): void {
    for (const picture of this.pictures) picture.close();
  }

  update({ title, columns, items }: GridOutput): void {
    this.close();
    this.pictures = items.map(({ picture }) => new PictureView({ ...picture, title: '' }));
    const cells = this.pictures.map(({ element }, i) => {
      const caption = items[i]?.caption;
      element.className = 'picture';
      if (caption) element.append(make('figcaption', {}, caption));
      return element;
    });
    const rows = make('div', { className: 'grid-rows' }, ...cells);
    rows.style.setProperty('--columns', String(columns ?? 'auto-fill'));
    const widest = Math.max(24, ...items.map(({ picture }) => picture.width));
    rows.style.setProperty('--widest', `${Math.round(widest)}px`);
    rows.classList.toggle('counted', columns !== null);
    this.element.replaceChildren(...(title ? [make('figcaption', {}, title)] : []), rows);
  }
}
