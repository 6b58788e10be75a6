// Where a page takes its picture from: a scene of its own, a drawing, a file of the visitor's, or the webcam.
import { Camera } from '../camera';
import { make } from '../dom';
import { noPicture, squareOf } from '../own-pictures';
import { type PictureValues, planesOf } from '../planes';

/** What a picture is taken from. */
export type SourceKind = 'scene' | 'drawing' | 'file' | 'webcam';

export const SOURCES: Readonly<Record<SourceKind, string>> = {
  scene: 'A scene',
  drawing: 'A drawing',
  file: 'A picture of yours',
  webcam: 'The webcam',
};

export interface PictureSourceOptions {
  /** Pixels of a side. */
  readonly size: number;
  /** How wide a stroke of a drawing is, as a share of the side. Default: a sixteenth. */
  readonly pen?: number;
  readonly changed: (picture: PictureValues) => void;
  /** A file or a camera that is missing or cannot be read, in a sentence. */
  readonly problem: (text: string) => void;
}

export class PictureSource {
  readonly element = make('div', { className: 'picture-source' });
  readonly #canvas = make('canvas', { className: 'ink' });
  readonly #file = make('input', { type: 'file', accept: 'image/*' });
  readonly #camera: Camera;
  readonly #clear = make('button', { type: 'button', className: 'button' }, 'Clear the drawing');
  #kind: SourceKind = 'scene';
  #last: { readonly x: number; readonly y: number } | null = null;

  constructor(private readonly options: PictureSourceOptions) {
    const { size } = options;
    this.#camera = new Camera(options.problem, 'The picture stays.');
    this.#canvas.width = size;
    this.#canvas.height = size;
    const choose = make('label', { className: 'field' }, make('span', {}, 'Picture file'), this.#file);
    this.element.append(choose, this.#canvas, this.#clear);
    this.#canvas.setAttribute('role', 'img');
    this.#canvas.setAttribute('aria-label', 'A place to draw with a finger, a pen or the mouse');
    this.#file.addEventListener('change', () => void this.take(this.#file.files?.[0]));
    this.#clear.addEventListener('click', () => this.#blank());
    for (const type of ['pointerdown', 'pointermove'] as const) {
      this.#canvas.addEventListener(type, (event) => event.buttons === 1 && this.#stroke(event));
    }
    for (const type of ['pointerup', 'pointerleave'] as const) {
      this.#canvas.addEventListener(type, () => {
        this.#last = null;
      });
    }
  }

  get kind(): SourceKind {
    return this.#kind;
  }

  /** Takes pictures from there from now on; the first comes at once, but for a file, which is asked for. */
  async choose(kind: SourceKind): Promise<void> {
    this.#kind = kind;
    this.#camera.close();
    const [choose] = this.element.children as unknown as [HTMLElement];
    choose.hidden = kind !== 'file';
    this.#canvas.hidden = kind !== 'drawing';
    this.#clear.hidden = kind !== 'drawing';
    if (kind === 'scene') this.options.changed(sceneOf(this.options.size));
    else if (kind === 'drawing') this.#blank();
    else if (kind === 'webcam') {
      await this.#camera.open();
      this.next();
    }
  }

  /** A picture's file, as one that was dropped on the page. */
  async take(file: File | undefined): Promise<void> {
    if (!file) return;
    try {
      this.#draw(await createImageBitmap(file));
    } catch {
      this.options.problem(noPicture(file));
    }
  }

  /** The camera's picture as it is now; nothing where another source is chosen. */
  next(): void {
    if (this.#camera.isLive) this.#draw(this.#camera.video);
  }

  #draw(source: ImageBitmap | HTMLVideoElement): void {
    this.options.changed(planesOf(squareOf(source, this.options.size)));
  }

  #blank(): void {
    const context = this.#canvas.getContext('2d');
    if (!context) return;
    context.fillStyle = '#000';
    context.fillRect(0, 0, this.options.size, this.options.size);
    this.#told(context);
  }

  #stroke(event: PointerEvent): void {
    const context = this.#canvas.getContext('2d');
    if (!context) return;
    const { left, top, width } = this.#canvas.getBoundingClientRect();
    const scale = this.options.size / width;
    const at = { x: (event.clientX - left) * scale, y: (event.clientY - top) * scale };
    const from = this.#last ?? at;
    context.strokeStyle = '#fff';
    context.lineWidth = this.options.size * (this.options.pen ?? 1 / 16);
    context.lineCap = 'round';
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(at.x, at.y);
    context.stroke();
    this.#last = at;
    this.#told(context);
  }

  #told(context: CanvasRenderingContext2D): void {
    const { size } = this.options;
    this.options.changed(planesOf(context.getImageData(0, 0, size, size)));
  }
}

/** Hills before an evening sky, with a lamp: edges in every direction, and smooth places between. */
function sceneOf(size: number): PictureValues {
  const canvas = new OffscreenCanvas(size, size);
  const context = canvas.getContext('2d')!;
  const sky = context.createLinearGradient(0, 0, 0, size);
  sky.addColorStop(0, '#12304f');
  sky.addColorStop(0.7, '#e08a4a');
  context.fillStyle = sky;
  context.fillRect(0, 0, size, size);
  context.fillStyle = '#ffe9b0';
  context.beginPath();
  context.arc(size * 0.7, size * 0.38, size * 0.13, 0, 2 * Math.PI);
  context.fill();
  const hill = (color: string, base: number, height: number, waves: number) => {
    context.fillStyle = color;
    context.beginPath();
    context.moveTo(0, size);
    for (let x = 0; x <= size; x++) context.lineTo(x, size * (base - height * Math.sin((waves * x) / size + base * 9)));
    context.lineTo(size, size);
    context.fill();
  };
  hill('#3b5a4d', 0.72, 0.08, 6);
  hill('#1d3a33', 0.86, 0.06, 9);
  context.fillStyle = '#6b2f23';
  context.fillRect(size * 0.18, size * 0.52, size * 0.16, size * 0.26);
  context.fillStyle = '#f5c65b';
  context.fillRect(size * 0.22, size * 0.58, size * 0.05, size * 0.07);
  return planesOf(context.getImageData(0, 0, size, size));
}
