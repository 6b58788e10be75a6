// Error scopes around submitted work: tells, later, whether WebGPU refused any of it.

/** The result of `end`. */
type Answer = Promise<GPUError | null>;

export class Watch {
  private open = false;
  private watches = false;
  /** The answer for commands that are sent by `later`. */
  private rest: Answer | null = null;

  constructor(private readonly device: GPUDevice) {}

  /** Begins to watch; does nothing if it has begun. */
  begin(): void {
    if (this.open) return;
    this.open = true;
    this.watches = true;
    this.device.pushErrorScope('validation');
  }

  /** A function that sends commands which belong to the watched ones, even if they are sent after `end`. */
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

  /** Ends watching. The first error since `begin`; null instead of a promise if nothing was watched. */
  end(): Answer | null {
    if (!this.open) return null;
    this.open = false;
    return firstOf([this.device.popErrorScope(), ...(this.rest ? [this.rest] : [])]);
  }
}

const firstOf = async (answers: readonly Answer[]): Answer =>
  (await Promise.all(answers)).find((error) => error) ?? null;

/** Watches several stretches of commands. Between stretches, other commands with watches of their own may be sent. */
export class Stretches {
  private watch: Watch | null = null;
  private readonly answers: Answer[] = [];

  constructor(private readonly device: GPUDevice) {}

  /** Begins to watch the stretch that is being sent, from here to its end. */
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

  /** The first error of all stretches; null instead of a promise if nothing was watched. */
  end(): Answer | null {
    return this.answers.length === 0 ? null : firstOf(this.answers);
  }
}
