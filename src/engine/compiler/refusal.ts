// If no device can be opened, jobs fail, and their results may never be read. This class remembers the error until a
// call has thrown it.
import { WebGPUUnavailableError } from '../core/errors';

export class Refusal {
  #error: WebGPUUnavailableError | null = null;
  #isOfStep = false;

  /**
   * Notes the error of a failed job, if it failed for lack of a device. The first such error is the cause of later
   * ones.
   */
  note(error: Error, isOfStep: boolean): void {
    if (!(error instanceof WebGPUUnavailableError)) return;
    this.#error ??= error;
    this.#isOfStep ||= isOfStep;
  }

  /** Notes that a call throws this error. If it is a refusal, no other call needs to report it. */
  told(error: unknown): void {
    if (!(error instanceof WebGPUUnavailableError)) return;
    this.#error = null;
    this.#isOfStep = false;
  }

  /** Throws the noted error, if any. For calls that wait for every submitted job. */
  report(): void {
    const error = this.#error;
    if (!error) return;
    this.told(error);
    throw error;
  }

  /**
   * Throws the noted error if an optimizer step failed with it. For calls that read parameters and optimizer states.
   */
  reportStep(): void {
    if (this.#isOfStep) this.report();
  }
}
