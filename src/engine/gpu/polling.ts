// Polling for browsers that look only ten times a second whether a device has finished, unless something is submitted to it.

/** Milliseconds from one nudge to the next; browsers make of many in a row four. */
const INTERVAL = 1;

/** Firefox 153 answers `mapAsync` and `onSubmittedWorkDone` after 100 ms, and after 5 to 12 where it is nudged. */
const isFirefox = (): boolean => typeof navigator !== 'undefined' && /\bFirefox\//.test(navigator.userAgent ?? '');

/** Submits nothing, again and again, while somebody waits for the device. */
export class Polling {
  private waiting = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly needed = isFirefox();

  constructor(private readonly queue: Pick<GPUQueue, 'submit'>) {}

  /** Somebody begins to wait; `end` is called when they do no more. */
  begin(): void {
    if (!this.needed) return;
    this.waiting++;
    this.timer ??= setTimeout(this.nudge, INTERVAL);
  }

  end(): void {
    if (this.needed) this.waiting--;
  }

  private readonly nudge = (): void => {
    this.timer = null;
    if (this.waiting === 0) return;
    this.queue.submit([]);
    this.timer = setTimeout(this.nudge, INTERVAL);
  };
}
