// A picture that both networks are asked about, and how sure each is of each class: a doodle, a drawing, a file, or the webcam.
import { formatShare, make } from 'lamplight-notebook/ui/dom';
import { paintColors } from '../../ui/panels/matrix';
import { PictureSource } from '../../ui/panels/picture-source';
import type { PictureValues } from '../../ui/planes';
import type { Reading } from '../page';
import { anyDoodle, DOODLE_SIZE } from './doodles';
import { OWN_SIZE } from './picture-set';
import { NETWORKS } from './results';

const KINDS = {
  doodle: 'A doodle of the page',
  drawing: 'A drawing of yours',
  file: 'A picture of yours',
  webcam: 'The webcam',
} as const;
type Kind = keyof typeof KINDS;

export interface AskerOptions {
  readonly changed: (picture: Reading) => void;
  readonly problem: (text: string) => void;
}

export class Asker {
  readonly element = make('div', { className: 'asker' });
  readonly #canvas = make('canvas', { className: 'asked' });
  readonly #answers = make('div', { className: 'answers' });
  readonly #another = make('button', { type: 'button', className: 'button' }, 'Another doodle');
  readonly #source: PictureSource;
  readonly #choice = make(
    'select',
    {},
    ...Object.entries(KINDS).map(([value, text]) => make('option', { value }, text)),
  );
  #kind: Kind = 'doodle';

  constructor(private readonly options: AskerOptions) {
    const { problem } = options;
    this.#source = new PictureSource({
      ...{ size: OWN_SIZE, changed: (picture) => this.#take(picture), problem },
      drops: false,
    });
    this.#choice.addEventListener('change', () => void this.#choose(this.#choice.value as Kind));
    this.#another.addEventListener('click', () => this.#doodle());
    this.#canvas.setAttribute('role', 'img');
    const field = make('label', { className: 'field' }, make('span', {}, 'What they look at'), this.#choice);
    const left = make('div', { className: 'asked-box' }, field, this.#canvas, this.#another, this.#source.element);
    this.element.append(left, this.#answers);
    this.#source.element.hidden = true;
  }

  /** Shows a first picture, and tells of it. */
  begin(): void {
    this.#doodle();
  }

  /** A picture's file, as one that was dropped on the page. */
  async take(file: File): Promise<void> {
    this.#choice.value = 'file';
    await this.#choose('file');
    await this.#source.take(file);
  }

  /** How sure the networks are: [2, classes]. */
  show(classes: readonly string[], { data }: Reading): void {
    const lists = NETWORKS.map((network, n) => {
      const shares = classes.map((name, i) => ({ name, share: Number(data[n * classes.length + i]) }));
      const best = Math.max(...shares.map(({ share }) => share));
      const bars = shares.map(({ name, share }) => {
        const bar = make('li', { className: share === best ? 'best' : '' }, make('span', {}, name));
        bar.append(make('span', { className: 'number' }, formatShare(share, 0)));
        bar.style.setProperty('--share', String(share));
        return bar;
      });
      return make('div', {}, make('h3', {}, network), make('ul', {}, ...bars));
    });
    this.#answers.replaceChildren(...lists);
    if (this.#kind === 'webcam') requestAnimationFrame(() => this.#source.next());
  }

  async #choose(kind: Kind): Promise<void> {
    this.#kind = kind;
    const isOwn = kind === 'doodle';
    this.#another.hidden = !isOwn;
    this.#source.element.hidden = isOwn;
    // A drawing is seen where it is made.
    this.#canvas.hidden = kind === 'drawing';
    await this.#source.choose(isOwn ? 'file' : kind);
    if (isOwn) this.#doodle();
  }

  #doodle(): void {
    const { kind, planes } = anyDoodle();
    this.#take({ size: DOODLE_SIZE, values: Float32Array.from(planes, (value) => value / 255) });
    this.#canvas.setAttribute('aria-label', `A ${kind} that the page has drawn`);
  }

  #take({ size, values }: PictureValues): void {
    paintColors(this.#canvas, { height: size, width: size, values });
    this.#canvas.setAttribute('aria-label', 'What the networks look at');
    this.options.changed({ shape: [3, size, size], data: values });
  }
}
