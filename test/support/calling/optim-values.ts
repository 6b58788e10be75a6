// Owns arguments that work behind the door of optim.
import { ones, optim } from 'lamplight';

const { lrScheduler } = optim;

const sgd = () => new optim.SGD([ones(2, { requiresGrad: true })], { lr: 0.1, momentum: 0.9 });

/** The optimizer of the schedulers that are made after it. */
let latest = sgd();
const fresh = (): optim.SGD => {
  latest = sgd();
  return latest;
};

const chained = () => new lrScheduler.ChainedScheduler([new lrScheduler.ConstantLR(sgd())]);
const pair = () => [new lrScheduler.ConstantLR(latest), new lrScheduler.ConstantLR(latest)];
const loss = () => ones(2, { requiresGrad: true }).sum();
const state = () => ({ state: {}, param_groups: [{ params: [0], lr: 0.1 }] });

/** Of one function: some arguments by name, required ones. */
export const givenToOptim: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'optim.lrScheduler.ChainedScheduler': { schedulers: () => [new lrScheduler.ConstantLR(sgd())] },
  'optim.lrScheduler.OneCycleLR': { optimizer: sgd, maxLr: 1, totalSteps: 5 },
  'optim.lrScheduler.SequentialLR': {
    optimizer: fresh,
    schedulers: () => pair(),
    milestones: [1],
  },
  'optim.Muon': { params: () => [ones(2, 2, { requiresGrad: true })] },
  'optim.Muon.addParamGroup': { paramGroup: () => ({ params: [ones(3, 3, { requiresGrad: true })] }) },
  'optim.ASGD.addParamGroup': { paramGroup: () => ({ params: [ones(3, { requiresGrad: true })] }) },
  'optim.ASGD.loadStateDict': { stateDict: state },
  'optim.LBFGS.loadStateDict': { stateDict: state },
  'optim.LBFGS.step': { closure: () => loss },
  'optim.lrScheduler.ConstantLR.loadStateDict': { stateDict: () => new lrScheduler.ConstantLR(sgd()).stateDict() },
  'optim.lrScheduler.ChainedScheduler.loadStateDict': { stateDict: () => chained().stateDict() },
  'optim.lrScheduler.SequentialLR.loadStateDict': {
    stateDict: () => new lrScheduler.SequentialLR(fresh(), pair(), [1]).stateDict(),
  },
  'optim.lrScheduler.ReduceLROnPlateau.loadStateDict': {
    stateDict: () => new lrScheduler.ReduceLROnPlateau(sgd()).stateDict(),
  },
  'optim.lrScheduler.ReduceLROnPlateau.step': { metrics: 1 },
  'optim.swaUtils.AveragedModel()': { input: () => ones(2, 2) },
};
