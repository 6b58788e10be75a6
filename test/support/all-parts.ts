// Loads every part of the library that a plan loads when it first needs it, so that plans can be compiled synchronously.
import { inlining } from '../../src/engine/compiler/fusion/inlining';
import { framing } from '../../src/engine/compiler/passes/frames';
import { widening } from '../../src/engine/compiler/passes/halves';
import { kernelParts } from '../../src/engine/compiler/texts';
import { lateCopier } from '../../src/engine/gpu/late-copier';
import { writing } from '../../src/engine/wgsl/unroll';

export const allParts = async (): Promise<void> => {
  const parts = () => [...kernelParts(), lateCopier, framing, inlining, widening, writing].filter(({ here }) => !here);
  // Code that comes late may itself have parts that come later.
  while (parts().length > 0) await Promise.all(parts().map((part) => part.load()));
};
