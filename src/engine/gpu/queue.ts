// The queue: everything goes to the device through it, in order. The commands of the latest run are delayed until the
// reads of the same turn of the event loop have joined them, so that both take one submit.
import { stats } from './stats';

/**
 * A run waits this many microtasks for its reads: as many as pass between a step in an async function and a read after
 * its await.
 */
const TURNS = 4;

/** Calls `send` to send commands; lets their owner do something before and after, such as watching for errors. */
export type Sending = (send: () => void) => void;

export class Queue {
  /** The commands of the latest run, while they are delayed. */
  private delayed: { readonly encoder: GPUCommandEncoder; readonly sending: Sending } | null = null;
  private leaving: (() => void)[] = [];

  constructor(private readonly device: GPUDevice) {}

  /** Whether commands are delayed, so that others can join them. */
  get hasDelayed(): boolean {
    return this.delayed !== null;
  }

  /** Delays commands until something else goes to the device, or until the end of this turn. */
  delay(encoder: GPUCommandEncoder, sending: Sending): void {
    this.depart();
    this.delayed = { encoder, sending };
    this.wait(encoder, TURNS);
  }

  private wait(encoder: GPUCommandEncoder, turns: number): void {
    queueMicrotask(() => {
      if (this.delayed?.encoder !== encoder) return;
      if (turns > 1) this.wait(encoder, turns - 1);
      else {
        const start = performance.now();
        this.depart();
        stats.hostMilliseconds += performance.now() - start;
      }
    });
  }

  /** The encoder of the delayed commands, so that more can join them; a new one if there are none. */
  encoder(): GPUCommandEncoder {
    return this.delayed?.encoder ?? this.device.createCommandEncoder();
  }

  /** Sends the delayed commands, if any. */
  depart(): void {
    if (this.delayed) this.submit(this.delayed.encoder);
  }

  submit(encoder: GPUCommandEncoder): void {
    const { delayed } = this;
    const send = () => this.device.queue.submit([encoder.finish()]);
    if (delayed?.encoder === encoder) {
      this.delayed = null;
      delayed.sending(send);
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

  /** Runs an action once all commands so far have been sent; immediately if none are delayed. */
  whenSent(action: () => void): void {
    if (this.delayed) this.leaving.push(action);
    else action();
  }

  /** Resolves when the device has finished all commands so far. */
  finished(): Promise<void> {
    return new Promise((resolve) => {
      this.whenSent(() => resolve(this.device.queue.onSubmittedWorkDone().then(() => {})));
    });
  }
}
