// The link from a module to its trainer. The link is stored outside the module, so that copies of a module have no
// trainer.
import type { Tensor } from '../../torch';
import type { LightningModule } from './module';
import type { Trainer } from './trainer';

/** A module's trainer, and the settings that `untoggleOptimizer` must restore. */
interface Attachment {
  trainer: Trainer | null;
  toggled: Map<Tensor, boolean>;
}

const attachments = new WeakMap<LightningModule, Attachment>();

export const attachmentOf = (module: LightningModule): Attachment => {
  const attachment = attachments.get(module) ?? { trainer: null, toggled: new Map() };
  attachments.set(module, attachment);
  return attachment;
};

/** Links a module to its trainer. */
export const attach = (module: LightningModule, trainer: Trainer | null): void => {
  attachmentOf(module).trainer = trainer;
};
