// Decides whether float16 in files can stay float16.

import { supportsHalf } from '../../engine/compiler/compile';
import { engine } from '../../engine/compiler/engine';

/** Whether there is a device that computes with float16. */
export async function computesHalf(): Promise<boolean> {
  await engine.start().catch(() => undefined);
  return engine.profile !== null && supportsHalf(engine.profile);
}
