// What happens inside: the first convolution's filters, and a digit's feature maps behind every convolution.

import { byId, make } from 'lamplight-notebook/ui/dom';
import { focusWhileScrollable } from 'lamplight-notebook/ui/scrollable';
import { onThemeChange } from 'lamplight-notebook/ui/theme';
import { type PaintOptions, paintPlanes } from '../../ui/colormap';
import { type Maps, SIDE } from '../protocol';

/** Bounds, in CSS pixels, of the square that a stage's grid of maps must fit into, and the room between two stages. */
const MIN_SIDE = 112;
const MAX_SIDE = 172;
const ARROW_ROOM = 30;

interface Stage {
  readonly maps: Maps;
  readonly kind: NonNullable<PaintOptions['kind']>;
}

export class FeaturesPanel {
  private readonly samples = byId('samples', HTMLElement);
  private readonly root = byId('stages', HTMLElement);
  private readonly choices: HTMLInputElement[] = [];
  private pictures: readonly Float32Array[] = [];
  private drawing: Float32Array | null = null;
  private filters: Maps | undefined;
  private maps: readonly Maps[] = [];

  /** `watch` is called with the picture whose maps are wanted. */
  constructor(private readonly watch: (pixels: Float32Array) => void) {
    onThemeChange(() => {
      this.paintSamples();
      this.paint();
    });
    new ResizeObserver(() => this.paint()).observe(this.root);
    focusWhileScrollable(this.root);
  }

  /** Offers one picture of each digit, and the reader's own drawing. */
  offer(pictures: readonly Float32Array[]): void {
    const chosen = Math.max(
      0,
      this.choices.findIndex((choice) => choice.checked),
    );
    this.pictures = pictures;
    this.choices.length = 0;
    this.samples.replaceChildren();
    pictures.forEach((_, digit) => {
      this.addChoice(`The digit ${digit}`, make('canvas', { className: 'pixels' }));
    });
    this.addChoice('Your drawing', 'Your drawing', 'wide');
    this.setDrawing(this.drawing);
    this.paintSamples();
    const first = this.choices[chosen]?.disabled ? this.choices[0] : this.choices[chosen];
    if (first) first.checked = true;
    this.tell();
  }

  setDrawing(pixels: Float32Array | null): void {
    this.drawing = pixels;
    const own = this.choices[this.pictures.length];
    if (!own) return;
    if (!pixels && own.checked && this.choices[0]) {
      this.choices[0].checked = true;
      this.tell();
    }
    own.disabled = !pixels;
    if (pixels && own.checked) this.tell();
  }

  show(filters: Maps, maps: readonly Maps[]): void {
    this.filters = filters;
    this.maps = maps;
    this.paint();
  }

  private addChoice(label: string, content: Node | string, className = ''): void {
    const input = make('input', { type: 'radio', name: 'sample' });
    input.setAttribute('aria-label', label);
    input.addEventListener('change', () => this.tell());
    this.choices.push(input);
    this.samples.append(make('label', { className, title: label }, input, content));
  }

  private chosen(): Float32Array | null {
    const index = this.choices.findIndex((choice) => choice.checked);
    return this.pictures[index] ?? this.drawing;
  }

  private tell(): void {
    const pixels = this.chosen();
    if (pixels) this.watch(pixels);
  }

  private paintSamples(): void {
    this.samples.querySelectorAll('canvas').forEach((canvas, digit) => {
      const values = this.pictures[digit];
      if (values) paintPlanes(canvas, { count: 1, height: SIDE, width: SIDE, values }, { range: 1 });
    });
  }

  private paint(): void {
    const input = this.chosen();
    if (!this.filters || !input) return;
    const stages: Stage[] = [
      { maps: { name: 'Input', count: 1, height: SIDE, width: SIDE, values: input }, kind: 'sequential' },
      { maps: this.filters, kind: 'diverging' },
      ...this.maps.map(
        (maps) => ({ maps, kind: maps.values.some((value) => value < 0) ? 'diverging' : 'sequential' }) as const,
      ),
    ];
    const wanted = stages.flatMap((_, i) => (i === 0 ? ['stage'] : ['arrow', 'stage']));
    if (this.root.children.length !== wanted.length) {
      this.root.replaceChildren(
        ...wanted.map((kind) =>
          kind === 'arrow'
            ? make('span', { className: 'arrow' })
            : make(
                'figure',
                { className: 'stage' },
                make('div', { className: 'plate' }, make('canvas')),
                make('figcaption', {}, make('span'), make('small')),
              ),
        ),
      );
    }
    // All stages side by side where there is room for them; otherwise the row scrolls.
    const room = (this.root.clientWidth - ARROW_ROOM * (stages.length - 1)) / stages.length;
    const side = Math.floor(Math.min(MAX_SIDE, Math.max(MIN_SIDE, room)));
    this.root.style.setProperty('--side', `${side}px`);
    this.root.querySelectorAll('.stage').forEach((figure, i) => {
      const stage = stages[i];
      if (stage) paintStage(figure, stage, side);
    });
  }
}

/** Paints a stage's maps so that their grid fits into a square of `side` CSS pixels. */
function paintStage(figure: Element, { maps, kind }: Stage, side: number): void {
  const canvas = figure.querySelector('canvas');
  const title = figure.querySelector('figcaption span');
  const size = figure.querySelector('small');
  if (!canvas || !title || !size) return;
  const { name, count, height, width } = maps;
  const columns = Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  const scale = Math.min(2, Math.ceil(devicePixelRatio));
  const gap = (count > 4 ? 2 : 5) * scale;
  const room = side * scale + gap;
  const zoom = Math.max(1, Math.floor(Math.min((room / rows - gap) / height, (room / columns - gap) / width)));
  paintPlanes(canvas, maps, { kind, columns, zoom, gap });
  canvas.style.width = `${canvas.width / scale}px`;
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', `${name}: ${count} of ${height} by ${width}`);
  title.textContent = name;
  size.textContent = count === 1 ? `${height}×${width}` : `${count} × ${height}×${width}`;
}
