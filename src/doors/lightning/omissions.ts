// Checks that a module has what a run needs: an error if something needed is missing, a warning if something was
// probably forgotten.
import { ArgumentError } from '../../torch';
import { warnOnce } from '../../torch/inside';
import type { TrainerFn } from './hooks';
import { LightningModule } from './module';
import type { Trainer } from './trainer';

const steps = { fit: 'trainingStep', validate: 'validationStep', test: 'testStep', predict: 'predictStep' } as const;

/** Hooks and methods in Python's spelling, which are never called here. */
const pythonNames =
  /^((on|configure)_\w+|(training|validation|test|predict|optimizer|lr_scheduler)_step|(train|val|test|predict)_dataloader|optimizer_zero_grad|prepare_data)$/;

const camelCase = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The methods with Python's spelling that a module's classes define, up to LightningModule. */
function fromPython(module: LightningModule): string[] {
  const found: string[] = [];
  for (let at: object = module; at !== LightningModule.prototype; at = Object.getPrototypeOf(at) as object) {
    found.push(...Object.getOwnPropertyNames(at).filter((name) => pythonNames.test(name)));
  }
  return found.filter((name) => typeof Reflect.get(module, name) === 'function');
}

/** @throws ArgumentError if the module lacks something that the run needs */
export function expectSteps(fn: TrainerFn, module: LightningModule, trainer: Trainer): void {
  const name = module.constructor.name;
  const python = fromPython(module);
  const expectMethod = (method: 'configureOptimizers' | (typeof steps)[TrainerFn], args: string, purpose: string) => {
    if (typeof module[method] === 'function') return;
    const spelt = python.find((each) => camelCase(each) === method);
    const remedy = spelt === undefined ? `define it${purpose}` : `write ${spelt} as ${method}`;
    throw new ArgumentError(`Trainer.${fn}: expected ${name} to have ${method}(${args}), but it has none; ${remedy}`);
  };
  expectMethod(steps[fn], 'batch, batchIdx', fn === 'fit' ? ' to return the loss of a batch' : '');
  if (fn === 'fit') expectMethod('configureOptimizers', '', ' to return new optim.Adam(this.parameters())');
  for (const method of python) {
    warnOnce(
      `${name} has ${method}, which is never called: steps and hooks are in camel case here, ${camelCase(method)}.`,
    );
  }
  if (fn !== 'fit' || module.automaticOptimization) return;
  if ((trainer.gradientClipVal ?? 0) > 0) {
    throw new ArgumentError(
      'Trainer.fit: expected no gradientClipVal in manual optimization, but got one; call this.clipGradients(optimizer, { gradientClipVal }) in trainingStep',
    );
  }
  if (trainer.accumulateGradBatches !== 1) {
    throw new ArgumentError(
      'Trainer.fit: expected accumulateGradBatches: 1 in manual optimization, but got more; step an optimizer every so many batches in trainingStep',
    );
  }
}

/**
 * Warns if training will not validate although half of the requirements for validation are present, or if layers are
 * not in training mode.
 */
export function warnOfOmissions(trainer: Trainer): void {
  const module = trainer.lightningModule;
  const hasStep = module.validationStep !== undefined;
  if (trainer.limitValBatches !== 0 && hasStep !== trainer.hasValidationData) {
    warnOnce(
      hasStep
        ? 'You defined a `validationStep` but have no `valDataloader`. Skipping val loop.'
        : 'You passed in a `valDataloader` but have no `validationStep`. Skipping val loop.',
    );
  }
  const still = module.modules().filter(({ training }) => !training).length;
  if (still > 0) {
    warnOnce(
      `Found ${still} module(s) in eval mode at the start of training. This may lead to unexpected behavior during training. If this is intentional, you can ignore this warning.`,
    );
  }
  if (trainer.optimizers.length === 0) {
    warnOnce('`configureOptimizers` returned nothing, this fit will run with no optimizer');
  }
}
