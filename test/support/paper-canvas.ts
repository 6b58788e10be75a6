// Owns a canvas without a page, for tests and scripts in Node: it holds pixels that are painted and rectangles that are filled, and lists lines and words.
type Color = readonly [red: number, green: number, blue: number, alpha: number];

export class PaperCanvas {
  width = 300;
  height = 150;
  /** What was written, in order. */
  readonly words: string[] = [];
  /** Each line: its colour and how many points it goes to. */
  readonly lines: { readonly color: string; readonly points: number }[] = [];
  #rgba = new Uint8ClampedArray(0);
  #points = 0;
  readonly #pen = this.#makePen();

  getContext(kind: '2d'): unknown {
    return kind === '2d' ? this.#pen : null;
  }

  /** Its pixels, row by row: red, green, blue, alpha. */
  get rgba(): Uint8ClampedArray {
    return this.#pixels();
  }

  /** Red, green, blue of a pixel. */
  at(x: number, y: number): number[] {
    return Array.from(this.#pixels().subarray(4 * (y * this.width + x), 4 * (y * this.width + x) + 3));
  }

  #pixels(): Uint8ClampedArray {
    const size = 4 * this.width * this.height;
    if (this.#rgba.length !== size) this.#rgba = new Uint8ClampedArray(size);
    return this.#rgba;
  }

  #fill(color: Color, x: number, y: number, width: number, height: number): void {
    const pixels = this.#pixels();
    const [left, right, top, bottom] = [x, x + width, y, y + height].map(Math.round) as [
      number,
      number,
      number,
      number,
    ];
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) {
        const at = 4 * (row * this.width + column);
        for (let c = 0; c < 3; c++) pixels[at + c] = color[c]! * color[3] + pixels[at + c]! * (1 - color[3]);
        pixels[at + 3] = 255;
      }
    }
  }

  #makePen() {
    const pen = {
      fillStyle: '#000',
      strokeStyle: '#000',
      lineWidth: 1,
      font: '',
      textAlign: 'left',
      textBaseline: 'alphabetic',
      createImageData: (width: number, height: number) => ({
        width,
        height,
        data: new Uint8ClampedArray(4 * width * height),
      }),
      putImageData: (image: { width: number; height: number; data: Uint8ClampedArray }, left: number, top: number) => {
        const pixels = this.#pixels();
        for (let row = 0; row < image.height; row++) {
          const line = image.data.subarray(4 * row * image.width, 4 * (row + 1) * image.width);
          pixels.set(line, 4 * ((top + row) * this.width + left));
        }
      },
      fillRect: (x: number, y: number, width: number, height: number) =>
        this.#fill(colorOf(pen.fillStyle), x, y, width, height),
      fillText: (text: string) => this.words.push(text),
      beginPath: () => {
        this.#points = 0;
      },
      moveTo: () => {
        this.#points++;
      },
      lineTo: () => {
        this.#points++;
      },
      stroke: () => this.lines.push({ color: pen.strokeStyle, points: this.#points }),
      measureText: (text: string) => ({ width: 6 * text.length }),
      strokeRect: () => {},
      clearRect: () => {},
      setTransform: () => {},
      save: () => {},
      restore: () => {},
      translate: () => {},
      rotate: () => {},
    };
    return pen;
  }
}

/** '#rgb', '#rrggbb' or 'rgba(…)'. */
function colorOf(css: string): Color {
  if (css.startsWith('rgba(')) return css.slice(5, -1).split(',').map(Number) as unknown as Color;
  const hex = css.length === 4 ? [...css.slice(1)].map((digit) => digit + digit) : css.slice(1).match(/../g)!;
  return [...hex.map((pair) => Number.parseInt(pair, 16)), 1] as unknown as Color;
}
