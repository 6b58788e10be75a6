// Pictures from the webcam, class by class: a button is held, and each moment is a picture of its class.
import { make } from '../../ui/dom';
import { squareOf } from '../../ui/own-pictures';
import { type LabelledPicture, OWN_SIZE, type PictureSet, planesOf } from './picture-set';

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
  readonly #video = make('video', { muted: true, playsInline: true });
  readonly #list = make('ul', { className: 'taken' });
  readonly #classes: { name: string; readonly pictures: Uint8Array[]; readonly count: HTMLElement }[] = [];
  #stream: MediaStream | null = null;

  constructor(private readonly options: TakerOptions) {
    const add = make('button', { type: 'button', className: 'button' }, 'Add a class');
    add.addEventListener('click', () => this.#add(`class ${this.#classes.length + 1}`));
    this.#video.setAttribute('aria-label', 'The webcam');
    this.element.append(
      this.#video,
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

  async open(): Promise<void> {
    if (this.#stream) return;
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } });
      this.#video.srcObject = this.#stream;
      await this.#video.play();
    } catch (error) {
      const denied = (error as Error).name === 'NotAllowedError';
      this.options.problem(
        denied ? 'The browser was not allowed to use the camera.' : 'No camera was found. Other sources need none.',
      );
    }
  }

  close(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
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
    if (!this.#stream || this.#video.videoWidth === 0) return;
    pictures.push(planesOf(squareOf(this.#video, OWN_SIZE)));
    count.textContent = String(pictures.length);
  }
}
