// Rows of what optimizers, their schedulers and the scaling of gradients refuse.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { does, options, type Row, typed, warned } from './row';

const model = new nn.Linear(2, 1);
const sgd = (lr: number | Tensor = 0.1): optim.SGD => new optim.SGD(new nn.Linear(2, 1).parameters(), { lr });
/** A number that the GPU has yet to compute. */
const late = (): Tensor => torch.tensor([0.5]).mul(2).sum();

/** A step of a leaf with a gradient. */
function steps(x: Tensor): void {
  x.requiresGrad_();
  x.sum().backward();
  new optim.SGD([x], { lr: 0.1 }).step();
}

/** A scaler with a loss that went backward, and the optimizer of the network. */
export function scaled(): { scaler: torch.amp.GradScaler; optimizer: optim.SGD; loss: Tensor } {
  const net = new nn.Linear(2, 1);
  const loss = net(torch.ones(1, 2)).sum();
  const scaler = new torch.amp.GradScaler();
  scaler.scale(loss).backward();
  return { scaler, optimizer: new optim.SGD(net.parameters(), { lr: 0.1 }), loss };
}

/** A scaler that has not scaled yet, with what its remedies name. */
function fresh(): { scaler: torch.amp.GradScaler; optimizer: optim.SGD; loss: Tensor } {
  const net = new nn.Linear(2, 1);
  const loss = net(torch.ones(1, 2)).sum();
  return { scaler: new torch.amp.GradScaler(), optimizer: new optim.SGD(net.parameters(), { lr: 0.1 }), loss };
}

const twice = (call: (s: ReturnType<typeof scaled>) => unknown): void => {
  const s = scaled();
  call(s);
  call(s);
};

const updatedBetween = async (s: ReturnType<typeof scaled>): Promise<void> => {
  await s.scaler.update();
};

const stepped = (order: 'scheduler' | 'both'): Promise<string> =>
  warned(() => {
    const optimizer = sgd();
    const scheduler = new optim.lrScheduler.StepLR(optimizer, 1);
    if (order === 'both') optimizer.step();
    scheduler.step();
  });

/** The state of an optimizer whose rate is a tensor, as files of PyTorch's have it. */
function restored(lr: number | Tensor): void {
  const state = sgd().stateDict();
  const [group] = state.param_groups;
  sgd().loadStateDict({ ...state, param_groups: [{ ...group!, lr }] } as never);
}

export const optimizers: readonly Row[] = [
  typed(
    'SGD.loadStateDict',
    () => restored(late()),
    'await state.param_groups[0].lr.item()',
    { state: { param_groups: [{ lr: late() }] } },
    restored,
  ),
  typed(
    'SGD',
    () => new optim.SGD(model as never, { lr: 0.1 }),
    'model.parameters()',
    { model },
    (params) => new optim.SGD(params, { lr: 0.1 }),
  ),
  typed(
    'SGD',
    () => sgd(late()),
    'await lr.item()',
    { lr: late() },
    (lr) => sgd(lr),
  ),
  does(
    'SGD',
    () => steps(torch.ones(4, 4).t().at('1:3')),
    'use .clone().detach()',
    () => steps(torch.ones(4, 4).t().at('1:3').clone().detach()),
  ),
  does(
    'Muon',
    () => new optim.Muon([torch.ones(2, { requiresGrad: true })]),
    'such as optim.AdamW',
    () => new optim.AdamW([torch.ones(2, { requiresGrad: true })]),
  ),
  options(
    'OneCycleLR',
    (o) => new optim.lrScheduler.OneCycleLR(new optim.Adagrad(model.parameters()), { maxLr: 1, totalSteps: 9, ...o }),
  ),
  does(
    'StepLR.step',
    () => stepped('scheduler'),
    'call optimizer.step() first',
    async () => {
      const said = await stepped('both');
      if (said) throw new Error(said);
    },
  ),
  does(
    'GradScaler.unscale_',
    () => twice((s) => s.scaler.unscale_(s.optimizer)),
    'call update() once a step',
    async () => {
      const s = scaled();
      s.scaler.unscale_(s.optimizer);
      await s.scaler.step(s.optimizer);
      await updatedBetween(s);
      s.scaler.unscale_(s.optimizer);
    },
  ),
  does(
    'GradScaler.unscale_',
    () => {
      const s = scaled();
      s.scaler.unscale_(sgd());
    },
    'call scaler.scale(loss).backward() first',
    () => {
      const { scaler, optimizer } = scaled();
      scaler.unscale_(optimizer);
    },
  ),
  does(
    'GradScaler.unscale_',
    () => fresh().scaler.unscale_(sgd()),
    'call scaler.scale(loss).backward() first',
    () => {
      const { scaler, optimizer, loss } = fresh();
      scaler.scale(loss).backward();
      scaler.unscale_(optimizer);
    },
  ),
  does(
    'GradScaler.unscale_',
    () => {
      const scaler = new torch.amp.GradScaler();
      const p = torch.ones(1, { dtype: 'float16', requiresGrad: true });
      scaler.scale(p.float().sum()).backward();
      scaler.unscale_(new optim.SGD([p], { lr: 0.1 }));
    },
    'leave the parameters float32, and compute within torch.autocast',
    () => {
      const scaler = new torch.amp.GradScaler();
      const p = torch.ones(1, 1, { requiresGrad: true });
      scaler.scale(torch.autocast(() => p.matmul(p)).sum()).backward();
      scaler.unscale_(new optim.SGD([p], { lr: 0.1 }));
    },
  ),
  does(
    'GradScaler.update',
    () => {
      const { scaler, optimizer } = scaled();
      void scaler.step(optimizer).catch(() => undefined);
      scaler.update();
    },
    'write await scaler.step(optimizer)',
    async () => {
      const { scaler, optimizer } = scaled();
      await scaler.step(optimizer);
      await scaler.update();
    },
  ),
  does(
    'GradScaler.update',
    () => scaled().scaler.update(),
    'call await scaler.step(optimizer) first',
    async () => {
      const { scaler, optimizer } = scaled();
      await scaler.step(optimizer);
      await scaler.update();
    },
  ),
  typed(
    'GradScaler.update',
    () => scaled().scaler.update(late()),
    'await newScale.item()',
    { newScale: late() },
    (newScale) => scaled().scaler.update(newScale),
  ),
];
