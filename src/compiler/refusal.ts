// The refusal of a device that no call has thrown yet: what was computed without one fails where nobody may read it.
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

  /** Throws what was noted, for calls that wait for all that was submitted. */
  report(): void {
    const error = this.#error;
    if (!error) return;
    this.told(error);
    throw error;
  }

  /** Throws what was noted where a step was not taken, for calls that read what steps change. */
  reportStep(): void {
    if (this.#isOfStep) this.report();
  }
}
