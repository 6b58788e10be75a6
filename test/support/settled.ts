// Waits for what comes late and is counted: kernels that plans get of their own, answers of the device, copies of weights, memory that waits for the collector.
import * as torch from 'lamplight';
import { engine } from '../../src/engine/compiler/engine';
import { collected } from './collected';

/** Resolves when nothing is under way that a later step would be counted with. A few steps after it take what has come to its place. */
export async function settled(): Promise<void> {
  await torch.synchronize();
  await engine.refined();
  // The next that a clock asks for finds its memory.
  await torch.gpu.snapshot();
  await collected();
}
