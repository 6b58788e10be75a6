// Where a page takes its picture from: a scene of its own, a drawing, a file of the visitor's, or the webcam.

import { make } from 'lamplight-notebook/ui/dom';
import { Camera } from '../camera';
import { takeDropped } from '../dropped';
import { noPicture, squareOf } from '../own-pictures';
import { type PictureValues, planesOf } from '../planes';
import { Drawing } from './drawing';

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
  /** A file was given, and its picture comes next: where it was dropped, the page's own setting is yet to say so. */
  readonly given?: () => void;
  /**
   * Whether files that are dropped on the page come here: those dropped on this source, and of a page's sources the first one also takes
   * those dropped elsewhere. Default: true. A page that takes other files, too, hears of drops itself, and gives pictures to `take`.
   */
  readonly drops?: boolean;
}

/** The sources of the page that take what is dropped. */
const taking: PictureSource[] = [];

function take([file]: readonly File[], at: Node | null): void {
  const source = taking.find(({ element }) => element.contains(at)) ?? taking[0];
  void source?.take(file);
}

export class PictureSource {
  readonly element = make('div', { className: 'picture-source' });
  readonly #drawing: Drawing;
  readonly #file = make('input', { type: 'file', accept: 'image/*' });
  readonly #choose = make('label', { className: 'field' }, make('span', {}, 'Picture file'), this.#file);
  readonly #camera: Camera;
  readonly #clear = make('button', { type: 'button', className: 'button' }, 'Clear the drawing');
  #kind: SourceKind = 'scene';

  constructor(private readonly options: PictureSourceOptions) {
    const { size, pen = 1 / 16, changed, problem, drops = true } = options;
    this.#camera = new Camera(problem, 'The picture stays.');
    const label = 'A place to draw with a finger, a pen or the mouse';
    this.#drawing = new Drawing({ size, label, ground: '#000', color: '#fff', width: size * pen, changed });
    this.element.append(this.#choose, this.#drawing.element, this.#clear);
    this.#file.addEventListener('change', () => void this.take(this.#file.files?.[0]));
    this.#clear.addEventListener('click', () => this.#blank());
    if (!drops) return;
    if (taking.length === 0) takeDropped(take);
    taking.push(this);
  }

  get kind(): SourceKind {
    return this.#kind;
  }

  /** Takes pictures from there from now on; the first comes at once, but for a file, which is asked for. */
  async choose(kind: SourceKind): Promise<void> {
    this.#kind = kind;
    this.#camera.close();
    this.#choose.hidden = kind !== 'file';
    this.#drawing.element.hidden = kind !== 'drawing';
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
    let picture: ImageBitmap;
    try {
      picture = await createImageBitmap(file);
    } catch {
      this.options.problem(noPicture(file));
      return;
    }
    void this.choose('file');
    this.options.given?.();
    this.#draw(picture);
  }

  /** The camera's picture as it is now; nothing where another source is chosen. */
  next(): void {
    if (this.#camera.isLive) this.#draw(this.#camera.video);
  }

  #draw(source: ImageBitmap | HTMLVideoElement): void {
    this.options.changed(planesOf(squareOf(source, this.options.size)));
  }

  #blank(): void {
    this.#drawing.blank();
    this.#drawing.tell();
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
