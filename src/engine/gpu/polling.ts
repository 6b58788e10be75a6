// Polling, for browsers that check only ten times a second whether a device has finished, unless something is submitted
// to it.

/** The milliseconds between two nudges. After a few nested timers, browsers make it 4. */
const INTERVAL = 1;

/** Firefox 153 resolves `mapAsync` and `onSubmittedWorkDone` after 100 ms, or after 5 to 12 ms with nudges. */
const isFirefox = (): boolean => typeof navigator !== 'undefined' && /\bFirefox\//.test(navigator.userAgent ?? '');

/** Makes empty submits, again and again, while anyone waits for the device. */
export class Polling {
  private waiting = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly needed = isFirefox();

  constructor(private readonly queue: Pick<GPUQueue, 'submit'>) {}

  /** Notes that someone begins to wait. Call `end` when the wait is over. */
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
