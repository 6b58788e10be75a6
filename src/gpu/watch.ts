// Watches over what is submitted: whether WebGPU has refused any of it, which is told later.

export class Watch {
  private open = false;

  constructor(private readonly device: GPUDevice) {}

  /** From here on; called once more it changes nothing. */
  begin(): void {
    if (this.open) return;
    this.open = true;
    this.device.pushErrorScope('validation');
  }

  /** The first error since the beginning; null where nothing was watched. */
  end(): Promise<GPUError | null> | null {
    if (!this.open) return null;
    this.open = false;
    return this.device.popErrorScope();
  }
}

/** A watch over several stretches of commands, between which others may be sent that have watches of their own. */
export class Stretches {
  private watch: Watch | null = null;
  private readonly answers: Promise<GPUError | null>[] = [];

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
  end(): Promise<GPUError | null> | null {
    if (this.answers.length === 0) return null;
    return Promise.all(this.answers).then((all) => all.find((error) => error) ?? null);
  }
}
