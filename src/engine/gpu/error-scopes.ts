// Watches submitted work for refusals by WebGPU, which are reported later.

/** The result of `end`. */
type Answer = Promise<GPUError | null>;

export class Watch {
  private open = false;
  private watches = false;
  /** The refusals of later commands. */
  private rest: Answer | null = null;

  constructor(private readonly device: GPUDevice) {}

  /** From here on; called once more it changes nothing. */
  begin(): void {
    if (this.open) return;
    this.open = true;
    this.watches = true;
    this.device.pushErrorScope('validation');
  }

  /** Sends commands that belong to those that are watched, and may come behind the end. */
  later(): (send: () => void) => void {
    let answer: (answer: Answer) => void = () => {};
    this.rest = new Promise((resolve) => {
      answer = resolve;
    });
    this.rest.catch(() => {}); // a lost device reports itself
    return (send) => {
      if (this.open || !this.watches) {
        answer(Promise.resolve(null));
        send();
        return;
      }
      this.device.pushErrorScope('validation');
      send();
      answer(this.device.popErrorScope());
    };
  }

  /** The first error since the beginning; null where nothing was watched. */
  end(): Answer | null {
    if (!this.open) return null;
    this.open = false;
    return firstOf([this.device.popErrorScope(), ...(this.rest ? [this.rest] : [])]);
  }
}

const firstOf = async (answers: readonly Answer[]): Answer =>
  (await Promise.all(answers)).find((error) => error) ?? null;

/** A watch over several stretches of commands, between which others may be sent that have watches of their own. */
export class Stretches {
  private watch: Watch | null = null;
  private readonly answers: Answer[] = [];

  constructor(private readonly device: GPUDevice) {}

  /** Watches the rest of the stretch that is being sent. */
  begin(): void {
    this.watch?.begin();
  }

  send<T>(stretch: () => T): T {
    const watch = new Watch(this.device);
    this.watch = watch;
    try {
      return stretch();
    } finally {
      const answer = watch.end();
      answer?.catch(() => {}); // a lost device reports itself
      if (answer) this.answers.push(answer);
    }
  }

  /** The first error of all stretches; null where nothing was watched. */
  end(): Answer | null {
    return this.answers.length === 0 ? null : firstOf(this.answers);
  }
}
