// PyTorch's example `dcgan` in TypeScript: two networks that learn from each other (Radford, Metz & Chintala 2015), on pictures of 64 × 64.
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor } from 'lamplight';
import { discs } from './pictures';

export const defaults = {
  batchSize: 64,
  nz: 100,
  ngf: 64,
  ndf: 64,
  niter: 25,
  lr: 0.0002,
  beta1: 0.5,
  dryRun: false,
  manualSeed: Math.floor(1 + 10_000 * Math.random()),
  /** Pictures of an epoch. */
  trainSize: 4096,
};
type Args = typeof defaults;

/** Colours. */
const nc = 3;
const [realLabel, fakeLabel] = [1, 0];

function weightsInit(m: nn.Module) {
  const classname = m.constructor.name;
  if (classname.includes('Conv')) {
    nn.init.normal_((m as nn.Conv2d).weight, 0.0, 0.02);
  } else if (classname.includes('BatchNorm')) {
    nn.init.normal_((m as nn.BatchNorm2d).weight!, 1.0, 0.02);
    nn.init.zeros_((m as nn.BatchNorm2d).bias!);
  }
}

class Generator extends nn.Module {
  main: nn.Sequential;
  constructor({ nz, ngf }: Args) {
    super();
    this.main = new nn.Sequential(
      new nn.ConvTranspose2d(nz, ngf * 8, 4, 1, 0, { bias: false }),
      new nn.BatchNorm2d(ngf * 8),
      new nn.ReLU(true),
      // [8 ngf, 4, 4]
      new nn.ConvTranspose2d(ngf * 8, ngf * 4, 4, 2, 1, { bias: false }),
      new nn.BatchNorm2d(ngf * 4),
      new nn.ReLU(true),
      // [4 ngf, 8, 8]
      new nn.ConvTranspose2d(ngf * 4, ngf * 2, 4, 2, 1, { bias: false }),
      new nn.BatchNorm2d(ngf * 2),
      new nn.ReLU(true),
      // [2 ngf, 16, 16]
      new nn.ConvTranspose2d(ngf * 2, ngf, 4, 2, 1, { bias: false }),
      new nn.BatchNorm2d(ngf),
      new nn.ReLU(true),
      // [ngf, 32, 32]
      new nn.ConvTranspose2d(ngf, nc, 4, 2, 1, { bias: false }),
      new nn.Tanh(),
    );
  }
  forward(input: Tensor) {
    return this.main(input);
  }
}

class Discriminator extends nn.Module {
  main: nn.Sequential;
  constructor({ ndf }: Args) {
    super();
    this.main = new nn.Sequential(
      new nn.Conv2d(nc, ndf, 4, 2, 1, { bias: false }),
      new nn.LeakyReLU(0.2, true),
      // [ndf, 32, 32]
      new nn.Conv2d(ndf, ndf * 2, 4, 2, 1, { bias: false }),
      new nn.BatchNorm2d(ndf * 2),
      new nn.LeakyReLU(0.2, true),
      // [2 ndf, 16, 16]
      new nn.Conv2d(ndf * 2, ndf * 4, 4, 2, 1, { bias: false }),
      new nn.BatchNorm2d(ndf * 4),
      new nn.LeakyReLU(0.2, true),
      // [4 ndf, 8, 8]
      new nn.Conv2d(ndf * 4, ndf * 8, 4, 2, 1, { bias: false }),
      new nn.BatchNorm2d(ndf * 8),
      new nn.LeakyReLU(0.2, true),
      // [8 ndf, 4, 4]
      new nn.Conv2d(ndf * 8, 1, 4, 1, 0, { bias: false }),
      new nn.Sigmoid(),
    );
  }
  forward(input: Tensor) {
    return this.main(input).view(-1, 1).squeeze(1);
  }
}

/** Trains, and returns what the generator makes of 64 random codes: [64, 3, 64, 64], numbers from −1 to 1. */
export async function main(options: Partial<Args> = {}) {
  const args = { ...defaults, ...options };
  torch.manualSeed(args.manualSeed);
  const device = torch.device('cuda');

  const dataset = new data.TensorDataset(discs(args.trainSize, nc, 64).sub(0.5).div(0.5));
  const dataloader = new data.DataLoader(dataset, { batchSize: args.batchSize, shuffle: true });

  const netG = new Generator(args).to(device);
  netG.apply(weightsInit);
  console.log(`${netG}`);
  const netD = new Discriminator(args).to(device);
  netD.apply(weightsInit);
  console.log(`${netD}`);

  const criterion = new nn.BCELoss();
  const fixedNoise = torch.randn(64, args.nz, 1, 1, { device });
  const optimizerD = new optim.Adam(netD.parameters(), { lr: args.lr, betas: [args.beta1, 0.999] });
  const optimizerG = new optim.Adam(netG.parameters(), { lr: args.lr, betas: [args.beta1, 0.999] });

  for (let epoch = 0; epoch < args.niter; epoch++) {
    let i = 0;
    for await (const [batch] of dataloader) {
      // (1) D: maximize log D(x) + log(1 − D(G(z)))
      netD.zeroGrad();
      const real = batch.to(device);
      const batchSize = real.size(0);
      const label = torch.full([batchSize], realLabel, { dtype: real.dtype, device });
      let output = netD(real);
      const errDReal = criterion(output, label);
      errDReal.backward();
      const dx = output.mean();

      const noise = torch.randn(batchSize, args.nz, 1, 1, { device });
      const fake = netG(noise);
      label.fill_(fakeLabel);
      output = netD(fake.detach());
      const errDFake = criterion(output, label);
      errDFake.backward();
      const dgz1 = output.mean();
      const errD = errDReal.add(errDFake);
      optimizerD.step();

      // (2) G: maximize log D(G(z))
      netG.zeroGrad();
      label.fill_(realLabel);
      output = netD(fake);
      const errG = criterion(output, label);
      errG.backward();
      const dgz2 = output.mean();
      optimizerG.step();

      const numbers = await Promise.all([errD, errG, dx, dgz1, dgz2].map((x) => x.item()));
      const [lossD, lossG, real1, fake1, fake2] = numbers.map((x) => x.toFixed(6));
      console.log(
        `[${epoch}/${args.niter}][${i}/${dataloader.length}] loss of D ${lossD}, of G ${lossG}; D(x) ${real1}, D(G(z)) ${fake1} / ${fake2}`,
      );
      i++;
      if (args.dryRun) break;
    }
  }
  return torch.noGrad(() => netG(fixedNoise));
}
