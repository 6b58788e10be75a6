// The queue: everything that goes to a device, in order. The commands of the latest run wait for the reads of its turn, so that one
// submit takes both.
import { stats } from './stats';

/** Callbacks of promises that a run waits for its reads: as many as lie between a step in an async function and the read behind its await. */
const TURNS = 4;

/** Has commands sent, as who they belong to wants it. */
export type Sending = (send: () => void) => void;

export class Queue {
  /** The commands of the latest run, until they are sent. */
  private held: { readonly encoder: GPUCommandEncoder; readonly sending: Sending } | null = null;
  private leaving: (() => void)[] = [];

  constructor(private readonly device: GPUDevice) {}

  /** Whether commands wait that others may join. */
  get holds(): boolean {
    return this.held !== null;
  }

  /** Sends commands before anything else goes to the device, and at the end of this turn at the latest. */
  hold(encoder: GPUCommandEncoder, sending: Sending): void {
    this.depart();
    this.held = { encoder, sending };
    this.wait(encoder, TURNS);
  }

  private wait(encoder: GPUCommandEncoder, turns: number): void {
    queueMicrotask(() => {
      if (this.held?.encoder !== encoder) return;
      if (turns > 1) this.wait(encoder, turns - 1);
      else {
        const start = performance.now();
        this.depart();
        stats.hostMilliseconds += performance.now() - start;
      }
    });
  }

  /** For commands that follow on those that wait: the same encoder, or a new one. */
  encoder(): GPUCommandEncoder {
    return this.held?.encoder ?? this.device.createCommandEncoder();
  }

  /** Sends what waits. */
  depart(): void {
    if (this.held) this.submit(this.held.encoder);
  }

  submit(encoder: GPUCommandEncoder): void {
    const { held } = this;
    const send = () => this.device.queue.submit([encoder.finish()]);
    if (held?.encoder === encoder) {
      this.held = null;
      held.sending(send);
    } else {
      this.depart();
      send();
    }
    const { leaving } = this;
    if (leaving.length === 0) return;
    this.leaving = [];
    for (const action of leaving) action();
  }

  write(buffer: GPUBuffer, offset: number, data: ArrayBuffer | ArrayBufferView): void {
    this.depart();
    this.device.queue.writeBuffer(buffer, offset, data as ArrayBuffer | ArrayBufferView<ArrayBuffer>);
  }

  /** Runs an action when all commands up to now have been sent, at once where nothing waits. */
  whenSent(action: () => void): void {
    if (this.held) this.leaving.push(action);
    else action();
  }

  /** Resolves when the device has finished all commands up to now. */
  finished(): Promise<void> {
    return new Promise((resolve) => {
      this.whenSent(() => resolve(this.device.queue.onSubmittedWorkDone().then(() => {})));
    });
  }
}
