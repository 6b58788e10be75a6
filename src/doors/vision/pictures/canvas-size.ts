// Checks the size of the picture that boxes belong to.
import { ArgumentError } from '../../../torch';
import { shown } from '../../../torch/inside';

/** @throws ArgumentError unless the size is [height, width] */
export function checkCanvasSize(op: string, canvasSize: unknown): void {
  if (Array.isArray(canvasSize) && canvasSize.length === 2 && canvasSize.every(Number.isFinite)) return;
  throw new ArgumentError(`${op}: expected canvasSize [height, width], but got ${shown(canvasSize)}`);
}
