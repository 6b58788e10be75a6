// Pictures from the webcam, class by class: a button is held, and each moment is a picture of its class.

import { make } from 'lamplight-notebook/ui/dom';
import { Camera } from '../../ui/camera';
import { squareOf } from '../../ui/own-pictures';
import { bytePlanesOf, type LabelledPicture, OWN_SIZE, type PictureSet } from './picture-set';

/** Milliseconds from picture to picture while a button is held. */
const PACE = 120;

export interface TakerOptions {
  /** Pictures were taken, or a class was named. */
  readonly changed: (set: PictureSet) => void;
  /** A camera that is missing or forbidden, in a sentence. */
  readonly problem: (text: string) => void;
}

export class Taker {
  readonly element = make('div', { className: 'taker' });
  readonly #camera: Camera;
  readonly #list = make('ul', { className: 'taken' });
  readonly #classes: { name: string; readonly pictures: Uint8Array[]; readonly count: HTMLElement }[] = [];

  constructor(private readonly options: TakerOptions) {
    this.#camera = new Camera(options.problem, 'Other sources need none.');
    const { video } = this.#camera;
    const add = make('button', { type: 'button', className: 'button' }, 'Add a class');
    add.addEventListener('click', () => this.#add(`class ${this.#classes.length + 1}`));
    video.setAttribute('aria-label', 'The webcam');
    this.element.append(
      video,
      make('p', { className: 'hint' }, 'Hold a button: each moment is one more of its class.'),
      this.#list,
      make('p', { className: 'run-row' }, add),
    );
    this.#add('class 1');
    this.#add('class 2');
  }

  get set(): PictureSet {
    const pictures: LabelledPicture[] = this.#classes.flatMap(({ pictures: own }, label) =>
      own.map((planes) => ({ planes, label })),
    );
    return { size: OWN_SIZE, classes: this.#classes.map(({ name }) => name), pictures };
  }

  open(): Promise<void> {
    return this.#camera.open();
  }

  close(): void {
    this.#camera.close();
  }

  #add(name: string): void {
    const field = make('input', { type: 'text', value: name });
    const number = this.#classes.length + 1;
    field.setAttribute('aria-label', `Name of class ${number}`);
    const count = make('span', { className: 'number' }, '0');
    const take = make('button', { type: 'button', className: 'button' }, 'Take');
    take.setAttribute('aria-label', `Take pictures of class ${number}`);
    const own = { name, pictures: [] as Uint8Array[], count };
    this.#classes.push(own);
    field.addEventListener('change', () => {
      own.name = field.value.trim() || name;
      this.options.changed(this.set);
    });
    this.#hold(take, () => this.#take(own));
    this.#list.append(make('li', {}, field, take, count));
  }

  /** Does something again and again while a button is held, by a pointer or by a key, and at least once. */
  #hold(button: HTMLButtonElement, act: () => void): void {
    let timer = 0;
    const begin = () => {
      if (timer) return;
      act();
      timer = window.setInterval(act, PACE);
    };
    const end = () => {
      if (!timer) return;
      clearInterval(timer);
      timer = 0;
      this.options.changed(this.set);
    };
    button.addEventListener('pointerdown', begin);
    button.addEventListener('keydown', ({ key }) => (key === ' ' || key === 'Enter') && begin());
    for (const type of ['pointerup', 'pointerleave', 'pointercancel', 'keyup', 'blur'])
      button.addEventListener(type, end);
  }

  #take({ pictures, count }: { readonly pictures: Uint8Array[]; readonly count: HTMLElement }): void {
    if (!this.#camera.isLive) return;
    pictures.push(bytePlanesOf(squareOf(this.#camera.video, OWN_SIZE)));
    count.textContent = String(pictures.length);
  }
}
