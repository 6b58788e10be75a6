// Ten steps of a small convolutional network on pictures made from a seed: what every app here runs, and what it prints.
import * as torch from 'lamplight';
import { nn, optim, vision } from 'lamplight';
import { transforms } from 'lamplight/vision';

const STEPS = 10;

/** Initial weights by the names of classes, as in PyTorch's DCGAN example. */
function initialize(module) {
  if (module.constructor.name.includes('Conv')) nn.init.normal_(module.weight, 0, 0.2);
}

/** Trains, and returns what there is to print. */
export async function train() {
  torch.manualSeed(0);
  const transform = new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.5], [0.5])]);
  const images = torch.randn(32, 1, 12, 12);
  const labels = torch.randint(0, 10, [32]);
  const model = new nn.Sequential(
    new nn.Conv2d(1, 8, 3, { padding: 1 }),
    new nn.BatchNorm2d(8),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(288, 10),
  );
  model.apply(initialize);
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
  const scheduler = new optim.lrScheduler.StepLR(optimizer, 5);
  const lossFn = new nn.CrossEntropyLoss();

  const losses = [];
  for (let step = 0; step < STEPS; step++) {
    optimizer.zeroGrad();
    const loss = lossFn(model(images), labels);
    loss.backward();
    optimizer.step();
    scheduler.step();
    losses.push(loss);
  }
  const values = await Promise.all(losses.map((loss) => loss.item()));
  return [
    `losses ${values.map((value) => value.toFixed(7)).join(' ')}`,
    `${model}`,
    `${transform}`,
    `${optimizer}`,
    [model, optimizer, scheduler, lossFn].map((each) => each.constructor.name).join(' '),
    `one class through both doors: ${transform instanceof vision.transforms.Compose && transform(torch.ones(2, 2)) instanceof torch.Tensor}`,
    refused(() => model(torch.zeros(1, 3, 12, 12))),
    refused(() => torch.ones(2, 3).matmul(torch.ones(2, 3))),
  ].join('\n');
}

/** The error that a call throws, as a log would show it. */
function refused(call) {
  try {
    call();
    return 'nothing was thrown';
  } catch (error) {
    return `${error.constructor.name} ${error}`;
  }
}
