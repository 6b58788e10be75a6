// Runs of a program that follows its panels: a button begins one and stops it, and each has a number.

export class Runs {
  #current = 0;
  #count = 0;
  #label = 'Train';

  /** @param changed a run was begun or stopped by the button */
  constructor(
    private readonly button: HTMLButtonElement,
    usable: Promise<boolean>,
    changed: () => void,
  ) {
    button.disabled = true;
    void usable.then((isUsable) => {
      button.disabled = !isUsable;
    });
    button.addEventListener('click', () => {
      this.#current = this.#current ? 0 : ++this.#count;
      this.#show();
      changed();
    });
  }

  /** The number of the run that goes on; 0 where none does. */
  get current(): number {
    return this.#current;
  }

  /** What the button says where no run goes on. */
  set label(text: string) {
    this.#label = text;
    this.#show();
  }

  /** Whether a run that is told to have ended is the one that goes on; none does from then on. */
  end(run: unknown): boolean {
    if (run !== this.#current) return false;
    this.#current = 0;
    this.#show();
    return true;
  }

  #show(): void {
    this.button.textContent = this.#current ? 'Stop' : this.#label;
  }
}
