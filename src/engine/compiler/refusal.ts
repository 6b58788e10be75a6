// Remembers the error of a device that was refused until a call has thrown it. Jobs without a device fail, and their results may never be read.
import { WebGPUUnavailableError } from '../core/errors';

export class Refusal {
  #error: WebGPUUnavailableError | null = null;
  #isOfStep = false;

  /** Notes the error that a job has failed with, if a device was refused to it. The first is the cause of the others. */
  note(error: Error, isOfStep: boolean): void {
    if (!(error instanceof WebGPUUnavailableError)) return;
    this.#error ??= error;
    this.#isOfStep ||= isOfStep;
  }

  /** A call throws this error: where it is a refusal, nobody else need be told. */
  told(error: unknown): void {
    if (!(error instanceof WebGPUUnavailableError)) return;
    this.#error = null;
    this.#isOfStep = false;
  }

  /** Throws the error that was noted, for calls that wait for every submitted job. */
  report(): void {
    const error = this.#error;
    if (!error) return;
    this.told(error);
    throw error;
  }

  /** Throws the error that was noted if an optimizer's step was not taken, for calls that read parameters and states. */
  reportStep(): void {
    if (this.#isOfStep) this.report();
  }
}
