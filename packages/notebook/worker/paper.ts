// Owns a canvas that the library takes for one of the page: it has the page's colours and its screen, and hears what there is to see.

/** Colours of text on the site, in its light and its dark look. */
const inks = { light: 'rgb(28, 30, 38)', dark: 'rgb(226, 228, 236)' } as const;

/** Pixels for each of the page's, as on most screens of phones and laptops. */
const DENSITY = 2;

/** What drawings ask of an element of a page, over an OffscreenCanvas. */
export class Paper {
  readonly density = DENSITY;
  readonly style = { width: '', height: '' };
  readonly isConnected = true;
  readonly clientWidth: number;
  readonly clientHeight: number;
  readonly ownerDocument;
  words = '';
  readonly #canvas = new OffscreenCanvas(1, 1);

  constructor({ width, height }: { readonly width: number; readonly height: number }, look: keyof typeof inks) {
    this.clientWidth = width;
    this.clientHeight = height;
    this.ownerDocument = {
      defaultView: { devicePixelRatio: DENSITY, getComputedStyle: () => ({ color: inks[look] }) },
    };
  }

  get width(): number {
    return this.#canvas.width;
  }

  set width(width: number) {
    this.#canvas.width = width;
  }

  get height(): number {
    return this.#canvas.height;
  }

  set height(height: number) {
    this.#canvas.height = height;
  }

  getContext(kind: '2d'): OffscreenCanvasRenderingContext2D | null {
    return this.#canvas.getContext(kind);
  }

  hasAttribute(): boolean {
    return false;
  }

  setAttribute(name: string, value: string): void {
    if (name === 'aria-label') this.words = value;
  }

  png(): Promise<Blob> {
    return this.#canvas.convertToBlob({ type: 'image/png' });
  }
}
